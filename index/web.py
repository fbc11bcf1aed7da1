"""Fetches a web address, and nothing else: no file, nothing of the own network, nothing endless.

Names are resolved here, and the connection goes to the very address that was checked, also after each
redirect: a name that changes its address in between leads nowhere else.
"""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NoReturn

import httpx

from index.config import IndexConfig
from index.errors import ArticleError

_REDIRECTS = 5
_HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; Verbatim; indexes single articles for their reader)",
    "Accept": "text/html, application/xhtml+xml, application/rss+xml, application/atom+xml, application/pdf, */*;q=0.5",
    # Others can unpack to any size before it can be counted; gzip at most a thousandfold.
    "Accept-Encoding": "gzip, identity",
}
_ENCODINGS = frozenset(("", "identity", "gzip", "deflate"))


@dataclass(frozen=True, slots=True)
class Fetched:
    """What an address gave: `url` is where the redirects ended."""

    url: str
    data: bytes


def fetch(url: str, config: IndexConfig) -> Fetched:
    """Fetch an http or https address. Raises ArticleError, with the reason, for everything else."""
    try:
        # In a thread of its own: who calls may be inside of an event loop, where no second one can run.
        with ThreadPoolExecutor(max_workers=1) as own:
            return own.submit(asyncio.run, _fetch(url, config)).result()
    except TimeoutError:
        _refuse(url, f"it took more than {config.fetch_seconds:g} s, see fetch_seconds")
    except httpx.TooManyRedirects:
        _refuse(url, f"more than {_REDIRECTS} redirects")
    except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, OSError, ValueError) as error:
        _refuse(url, str(error) or type(error).__name__)


async def _fetch(url: str, config: IndexConfig) -> Fetched:
    # The proxy of an environment would resolve names itself, and so undo the check.
    client = httpx.AsyncClient(
        transport=_CheckedTransport(private=config.allow_private_addresses),
        headers=_HEADERS,
        follow_redirects=True,
        max_redirects=_REDIRECTS,
        timeout=config.fetch_seconds,
        trust_env=False,
    )
    async with asyncio.timeout(config.fetch_seconds), client, client.stream("GET", url) as response:
        if not response.is_success:
            _refuse(url, f"the server answers {response.status_code} {response.reason_phrase}".rstrip())
        encoding = response.headers.get("content-encoding", "").strip().lower()
        if encoding not in _ENCODINGS:
            _refuse(url, f"it is packed as {encoding}, which was not asked for")
        data = bytearray()
        async for piece in response.aiter_bytes(65_536):
            data += piece
            if len(data) > config.max_file_bytes:
                _refuse(url, f"more than {config.max_file_bytes:,} bytes, see max_file_bytes")
        return Fetched(str(response.url), bytes(data))


class _CheckedTransport(httpx.AsyncHTTPTransport):
    """Connects to addresses that were resolved and checked; the name stays in the Host header and in TLS."""

    def __init__(self, *, private: bool) -> None:
        # No connection is used twice: another name at the same address would get it without its own certificate.
        super().__init__(limits=httpx.Limits(max_keepalive_connections=0), trust_env=False)
        self._private = private

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request, also one that a redirect led to, to a checked address."""
        if request.url.scheme not in ("http", "https"):
            raise httpx.UnsupportedProtocol(f"{request.url.scheme}: only http and https are fetched")
        address = await self._resolve(request.url)
        checked = httpx.Request(
            request.method,
            request.url.copy_with(host=address),
            headers=request.headers,
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": request.url.host},
        )
        return await super().handle_async_request(checked)

    async def _resolve(self, url: httpx.URL) -> str:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(url.host, url.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise httpx.ConnectError(f"{url.host} can't be resolved ({error})") from error
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not (self._private or all(map(is_public, addresses))):
            shown = ", ".join(dict.fromkeys(addresses))
            raise httpx.ConnectError(
                f"{url.host} is at {shown}, in a private network: allow_private_addresses lets it be fetched"
            )
        return addresses[0]


def is_public(address: str) -> bool:
    """Whether an IP address belongs to the public internet, also where it is wrapped in one of IPv6."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner: ipaddress.IPv4Address | None = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if inner is None and found in ipaddress.ip_network("64:ff9b::/96"):
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(str(inner))
    return found.is_global and not found.is_multicast


def _refuse(url: str, reason: str) -> NoReturn:
    raise ArticleError(f"{url} can't be fetched: {reason}")
