"""Web addresses and feeds, served by this machine alone."""

from __future__ import annotations

import gzip
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.article import Description, Origins
from index.config import IndexConfig
from index.errors import ArticleError, SourceError
from index.pipeline import Failure, Report, index_source
from index.raw import Raw
from index.read import read
from index.web import Fetched, fetch, is_public
from tests.fakes import HashEmbedding, open_store
from tests.index.files import TITLE, page

CONFIG = IndexConfig(allow_private_addresses=True, fetch_seconds=3, max_file_bytes=200_000)

Answer = Callable[[http.server.BaseHTTPRequestHandler], None]


class Site:
    """A web server on the loopback; `answers` has what it says by path, `asked` the paths that were asked for."""

    def __init__(self) -> None:
        self.answers: dict[str, bytes | Answer] = {}
        self.asked: list[str] = []
        site = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                found = site.answers.get(self.path)
                if callable(found):
                    found(self)
                elif found is None:
                    self.send_error(404)
                else:
                    answer(self, found)

            def log_message(self, *args: object) -> None:
                """Say nothing."""

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()

    @property
    def url(self) -> str:
        """The address of its root, without a slash."""
        return f"http://127.0.0.1:{self.server.server_port}"

    def close(self) -> None:
        """Stop serving."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


@pytest.fixture
def site() -> Iterator[Site]:
    """Serve on the loopback."""
    served = Site()
    yield served
    served.close()


def answer(handler: http.server.BaseHTTPRequestHandler, body: bytes, **headers: str) -> None:
    """Answer with a body and its length."""
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def redirect(to: str) -> Answer:
    """Lead to another address."""

    def handle(handler: http.server.BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    return handle


def drip(handler: http.server.BaseHTTPRequestHandler) -> None:
    """Answer a byte of the header a second, without an end."""
    try:
        handler.wfile.write(b"HTTP/1.0 200 OK\r\nX-Slow: ")
        for _ in range(60):
            handler.wfile.write(b"x")
            handler.wfile.flush()
            time.sleep(0.5)
    except OSError:
        return


def reason(url: str, config: IndexConfig = CONFIG) -> str:
    """Give the reason why an address can't be fetched."""
    with pytest.raises(ArticleError) as error:
        fetch(url, config)
    return str(error.value).removeprefix(f"{url} can't be fetched: ")


def test_redirects_are_followed(site: Site) -> None:
    """A redirect, also one without a host, leads to the page; the address is the one where it ended."""
    site.answers = {"/a": redirect("/b"), "/b": redirect(f"{site.url}/c"), "/c": b"Words."}
    assert fetch(f"{site.url}/a", CONFIG) == Fetched(f"{site.url}/c", b"Words.")


def test_packed_answers_are_unpacked(site: Site) -> None:
    """An answer in gzip is unpacked; one in a packing that was not asked for is refused."""
    site.answers = {
        "/gzip": lambda handler: answer(handler, gzip.compress(b"Words."), Content_Encoding="gzip"),
        "/br": lambda handler: answer(handler, b"\x0b\x02\x80", Content_Encoding="br"),
    }
    assert fetch(f"{site.url}/gzip", CONFIG).data == b"Words."
    assert reason(f"{site.url}/br") == "it is packed as br, which was not asked for"


def test_limits_hold(site: Site) -> None:
    """What is too large, packed or not, too slow, refused, endlessly redirected or not there is told."""
    site.answers = {
        "/large": b"x" * 200_001,
        "/bomb": lambda handler: answer(handler, gzip.compress(b"x" * 50_000_000), Content_Encoding="gzip"),
        "/slow": drip,
        "/loop": redirect("/loop"),
        "/file": redirect("file:///etc/passwd"),
    }
    assert reason(f"{site.url}/large") == "more than 200,000 bytes, see max_file_bytes"
    assert reason(f"{site.url}/bomb") == "more than 200,000 bytes, see max_file_bytes"
    assert reason(f"{site.url}/loop") == "more than 5 redirects"
    assert "file" in reason(f"{site.url}/file")
    assert reason(f"{site.url}/none") == "the server answers 404 Not Found"
    begun = time.monotonic()
    assert reason(f"{site.url}/slow") == "it took more than 3 s, see fetch_seconds"
    assert time.monotonic() - begun < 10


@pytest.mark.parametrize(
    "url", ["ftp://127.0.0.1/a", "http://", "http://[::1", "http://\0", "https:///a", "http://a..b/"]
)
def test_odd_addresses_are_refused(url: str) -> None:
    """An address of another scheme, or of none that can be read, is refused for a reason."""
    assert reason(url)


def test_private_addresses_are_refused(site: Site) -> None:
    """Loopback is refused unless a setting allows it, by number, by name, and as the end of a redirect."""
    port = site.server.server_port
    config = CONFIG.model_copy(update={"allow_private_addresses": False})
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "2130706433", "[::1]", "[::ffff:127.0.0.1]"):
        assert "allow_private_addresses" in reason(f"http://{host}:{port}/", config)
    assert site.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("93.184.215.14", True),
        ("2606:2800:21f:cb07:6820:80da:af6b:8b2c", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("172.16.0.1", False),
        ("192.168.1.1", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::1", False),
        ("::", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b::5db8:d70e", True),
        ("2002:7f00:1::", False),
        ("::ffff:93.184.215.14", True),
    ],
)
def test_public_addresses_are_told_apart(address: str, *, public: bool) -> None:
    """Loopback, private, shared, link-local, multicast and wrapped addresses of these are not public."""
    assert is_public(address) == public


def test_page_of_an_address_is_an_article(site: Site, tmp_path: Path) -> None:
    """A page is indexed under its address, which also tells the outlet; gone from the web it stays."""
    site.answers = {"/story": page()}
    store = open_store(tmp_path / "store")
    url = f"{site.url}/story"

    assert index_source(url, store, HashEmbedding(), CONFIG) == Report(added=1)

    article = store.article(url)
    assert article.about == Description(TITLE, "127.0.0.1", language="en", url=url)
    assert article.origins == Origins("page", "address", language="meta", url="address")
    assert index_source(url, store, HashEmbedding(), CONFIG) == Report(unchanged=1)
    site.answers = {}
    with pytest.raises(SourceError, match="the server answers 404"):
        index_source(url, store, HashEmbedding(), CONFIG)
    assert store.article(url) == article
    store.close()


def feed(site: Site, *names: str) -> bytes:
    """Make an RSS feed of entries."""
    items = "".join(
        f"<item><title>Told by the feed</title><link>{site.url}/{name}</link>"
        "<pubDate>Fri, 17 May 2024 08:00:00 GMT</pubDate></item>"
        for name in names
    )
    title = "<title>The &lt;b&gt;Courier&lt;/b&gt;</title>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel>{title}{items}</channel></rss>'.encode()


def test_feed_gives_its_new_entries(site: Site, tmp_path: Path) -> None:
    """Entries are fetched once; new ones are added, what the feed no longer names stays, a failing one is told."""
    site.answers = {"/feed": feed(site, "one", "two", "none"), "/one": page(), "/two": b"Words of the second."}
    url = f"{site.url}/feed"
    store = open_store(tmp_path / "store")
    failure = Failure(f"{site.url}/none", f"{site.url}/none can't be fetched: the server answers 404 Not Found")

    assert index_source(url, store, HashEmbedding(), CONFIG) == Report(added=2, failures=(failure,))

    one, two = store.article(f"{site.url}/one"), store.article(f"{site.url}/two")
    assert one.about == Description(TITLE, "The Courier", published="2024-05-17", language="en", url=f"{site.url}/one")
    assert one.origins == Origins("page", "feed", published="feed", language="meta", url="address")
    assert (two.about.title, two.about.published, two.about.updated) == ("Told by the feed", "2024-05-17", None)

    site.asked.clear()
    site.answers |= {
        "/feed": feed(site, "two", "three"),
        "/three": page(body=["Another story, of something else."] * 3),
    }
    assert index_source(url, store, HashEmbedding(), CONFIG) == Report(added=1)
    assert site.asked == ["/feed", "/three"]
    assert {each.document for each in store.articles()} == {f"{site.url}/{name}" for name in ("one", "two", "three")}
    store.close()


def test_atom_feed_tells_publication_and_update_apart(site: Site) -> None:
    """An Atom entry's update is not its publication; HTML in its title is taken out."""
    title = '<title type="html">A &lt;i&gt;b&lt;/i&gt;</title>'
    entry = f'<entry>{title}<link href="{site.url}/one"/><updated>2024-05-18T08:00:00Z</updated></entry>'
    whole = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>Courier</title>{entry}</feed>'
    site.answers["/feed"] = whole.encode()
    site.answers["/one"] = b"Words."
    (found,) = read(f"{site.url}/feed", CONFIG)
    assert isinstance(found, Raw)
    assert found.given[0].about == Description("A b", "Courier", updated="2024-05-18")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'<rss version="2.0"><channel></channel></rss>', "is a feed without entries"),
        (b"\x89PNG", "can't be indexed: not text but an image"),
        (b'<rss version="2.0"><chan', "is a feed without entries"),
    ],
)
def test_address_that_holds_nothing_is_told(site: Site, body: bytes, words: str) -> None:
    """An address of neither a page nor a feed with entries is an error at once."""
    site.answers["/a"] = body
    with pytest.raises(SourceError, match=words):
        read(f"{site.url}/a", CONFIG)
