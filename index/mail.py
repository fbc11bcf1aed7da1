"""A message becomes its text, or the page that it carries, and what its header says."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage, MIMEPart
from email.utils import parseaddr, parsedate_to_datetime

from index.article import Description, Given
from index.errors import ArticleError
from index.page import parse_page
from index.raw import Parsed


def parse_mail(data: bytes) -> Parsed:
    """The text of a message; attachments are named among what was left out.

    The day is that of the message, in the time zone of who sent it. Raises ArticleError where there is no text.
    """
    try:
        return _parse(message_from_bytes(data, policy=policy.default))
    except (AttributeError, IndexError, KeyError, LookupError, TypeError, UnicodeError, ValueError) as error:
        # The parser takes broken headers as they come, and fails in many ways when they are asked for.
        raise ArticleError(f"a broken message ({str(error).lower() or type(error).__name__})") from error


def _parse(message: EmailMessage) -> Parsed:
    body = message.get_body(("plain", "html")) or message.get_body()
    if body is None:
        raise ArticleError("a message without a text")
    given = Given("mail", _header(message))
    names = (each.get_filename() or each.get_content_type() for each in message.iter_attachments())
    attached = tuple(f"attachment: {name}" for name in names)
    if body.get_content_type() == "text/html":
        page = parse_page(_text(body).encode("utf-8", "replace"))
        return Parsed(page.text, (given, *page.given), (*page.removed, *attached))
    return Parsed(_text(body), (given,), attached)


def _text(body: MIMEPart) -> str:
    try:
        found = body.get_content()
    except (LookupError, UnicodeError, ValueError) as error:
        raise ArticleError(f"a message in an encoding that is not known: {error}") from error
    if not isinstance(found, str):
        raise ArticleError(f"a message whose body is no text but {body.get_content_type()}")
    return found


def _header(message: EmailMessage) -> Description:
    name, _address = parseaddr(str(message.get("from", "")))
    return Description(
        title=" ".join(str(message.get("subject", "")).split()) or None,
        outlet=" ".join(str(message.get("organization", "")).split()) or None,
        author=" ".join(name.split()) or None,
        published=_day(str(message.get("date", ""))),
    )


def _day(written: str) -> str | None:
    try:
        return parsedate_to_datetime(written).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return None
