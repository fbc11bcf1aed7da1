"""What the server sends and refuses, whoever asks."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from index.errors import ConfigError
from tests.ui.scripted import ScriptedEngine, build_application
from ui.config import load_settings
from ui.guard import HEADERS, MOST_BODY_BYTES, POSTS_A_QUESTION, Pace
from ui.serve import bound, check_host, serve

OWN = {"origin": "http://127.0.0.1"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """Make a client of the application, at a loopback address."""
    folder = tmp_path_factory.mktemp("serve")
    settings = load_settings(ui={"feedback": folder / "feedback.jsonl", "allowed_hosts": ["news.example"]})
    with TestClient(build_application(ScriptedEngine(), settings), base_url="http://127.0.0.1") as client:
        yield client


def test_the_page_has_the_security_headers(client: TestClient) -> None:
    """The policy forbids every address but the page's own."""
    response = client.get("/")
    assert response.status_code == 200
    assert {name: response.headers.get(name) for name in HEADERS} == HEADERS


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:7860", "[::1]:7860", "news.example"])
def test_own_names_are_served(client: TestClient, host: str) -> None:
    """Loopback names and the configured ones."""
    assert client.get("/", headers={"host": host}).status_code == 200


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "localhost@evil.example"])
def test_foreign_names_are_refused(client: TestClient, host: str) -> None:
    """A name that was rebound to this machine gets nothing, but the headers."""
    response = client.get("/", headers={"host": host})
    assert response.status_code == 400
    assert response.headers["content-security-policy"] == HEADERS["Content-Security-Policy"]


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://127.0.0.1.evil.example"]
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_foreign_origins_are_refused(client: TestClient, origin: str, method: str) -> None:
    """Neither reading nor asking is possible from another site's page."""
    response = client.request(method, "/gradio_api/queue/join", headers={"origin": origin}, json={})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


def test_the_own_origin_may_post(client: TestClient) -> None:
    """The page's own requests pass the guard and reach Gradio."""
    assert client.post("/gradio_api/queue/join", headers=OWN, json={}).status_code == 422


@pytest.mark.parametrize(
    "path",
    [
        "/openapi.json",
        "/docs",
        "/monitoring",
        "/login",
        "/gradio_api/upload",
        "/gradio_api/info",
        "/gradio_api/openapi.json",
        "/gradio_api/call/answer",
        "/gradio_api/run/answer",
        "/gradio_api/mcp/",
        "/gradio_api/file=/etc/passwd",
        "/gradio_api/proxy=http://evil.example",
        "/gradio_api/vibe-edit",
        "/static/../../etc/passwd",
        "/ui/../pyproject.toml",
        "/ui/..%2f..%2fpyproject.toml",
        "/file=/etc/passwd",
    ],
)
def test_paths_that_the_page_does_not_need_are_closed(client: TestClient, path: str) -> None:
    """Gradio answers on many paths; here they are not there, for any method."""
    assert client.get(path).status_code == 404
    assert client.post(path, headers=OWN, json={}).status_code in {404, 405}


def test_large_bodies_are_refused_by_their_length(client: TestClient) -> None:
    """Nothing is read of a request that says that it is too large."""
    response = client.post("/gradio_api/queue/join", headers=OWN, content=b"x" * (MOST_BODY_BYTES + 1))
    assert response.status_code == 413


def test_large_bodies_are_refused_while_they_are_read(client: TestClient) -> None:
    """A request that does not say its length is cut off."""
    chunks = (b"x" * 65_536 for _ in range(8))
    assert client.post("/gradio_api/component_server", headers=OWN, content=chunks).status_code == 413


def test_too_many_requests_are_told_to_wait(tmp_path: Path) -> None:
    """Beyond the limit every POST is refused, with the seconds to wait."""
    settings = load_settings(ui={"feedback": tmp_path / "f.jsonl", "questions_a_minute": 1})
    with TestClient(build_application(ScriptedEngine(), settings), base_url="http://127.0.0.1") as client:
        codes = [client.post("/gradio_api/cancel", headers=OWN, json={}).status_code for _ in range(POSTS_A_QUESTION)]
        response = client.post("/gradio_api/cancel", headers=OWN, json={})
    assert 429 not in codes
    assert (response.status_code, 1 <= int(response.headers["retry-after"]) <= 60) == (429, True)


def test_a_pace_is_each_clients_own_and_recovers() -> None:
    """A minute after a request its place is free again."""
    now = [100.0]
    pace = Pace(2, clock=lambda: now[0])
    assert [pace.wait("a"), pace.wait("a"), pace.wait("b")] == [0.0, 0.0, 0.0]
    now[0] = 110.0
    assert pace.wait("a") == 50.0
    now[0] = 160.0
    assert pace.wait("a") == 0.0


@pytest.mark.parametrize("encoding", ["br", "gzip"])
def test_own_files_are_compressed_and_kept_for_a_year(client: TestClient, encoding: str) -> None:
    """Their names change with their content, so that browsers need not ask again."""
    page = client.get("/").text
    paths = re.findall(r"/ui/[\w.-]+", page)
    kinds = {path.rsplit(".", 1)[1] for path in paths}
    assert kinds == {"js", "css", "woff2"}
    for path in paths:
        response = client.get(path, headers={"accept-encoding": encoding})
        assert response.status_code == 200
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers.get("content-encoding") == (None if path.endswith("woff2") else encoding)
    assert client.get("/ui/app.000000000000.js").status_code == 404


def test_the_stylesheet_names_the_fonts_that_are_there(client: TestClient) -> None:
    """No font of the stylesheet is missing, and none comes from elsewhere."""
    page = client.get("/").text
    style = client.get(re.findall(r"/ui/app\.\w+\.css", page)[0]).text
    fonts = re.findall(r'url\("([^"]+)"\)', style)
    assert len(fonts) == 2
    assert [client.get(f"/ui/{font}").status_code for font in fonts] == [200, 200]
    assert "://" not in style


def test_other_machines_are_served_only_on_purpose() -> None:
    """A host that others can reach needs `allow_remote`."""
    for host in ("0.0.0.0", "192.168.1.5", "news.example", "::"):
        with pytest.raises(ConfigError, match=r"ALLOW_REMOTE"):
            serve(ScriptedEngine(), load_settings(ui={"host": host}))
        check_host(load_settings(ui={"host": host, "allow_remote": True}))
    for host in ("127.0.0.1", "127.0.0.2", "::1", "localhost"):
        check_host(load_settings(ui={"host": host}))


def test_a_taken_port_is_a_clear_error() -> None:
    """The message names the address and what to do."""
    with bound("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"127\.0\.0\.1:{port}: Address already in use.*--port"):
            bound("127.0.0.1", port)
    with pytest.raises(ConfigError, match="can't be served"):
        bound("999.999.999.999", 0)


def test_a_free_port_can_be_asked_for() -> None:
    """Port 0 takes any."""
    with bound("127.0.0.1", 0) as listening:
        assert isinstance(listening, socket.socket)
        assert listening.getsockname()[1] > 0
