from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.helpers import quirks
from tests.helpers.certificates import Authority
from tests.helpers.quirk_server import QuirkServer, Reply
from transformer.records import replace
from transformer.registry import Settings
from transformer.registry.faults import Refusal
from transformer.registry.http.addresses import Addresses
from transformer.registry.http.deadline import Deadline
from transformer.registry.http.transport import Request, Response, Transport
from transformer.registry.http.urls import Url, parse_url
from transformer.registry.workers import work


@pytest.fixture
def server() -> Iterator[QuirkServer]:
    with QuirkServer() as server:
        yield server


def url(text: str) -> Url:
    found = parse_url(text)
    assert found is not None
    return found


@contextmanager
def transport(settings: Settings | None = None, **hosts: list[str]) -> Iterator[Transport]:
    """A transport that knows some hosts of the domain `test`, by the addresses given."""

    def lookup(host: str, *_: object, **__: object) -> list[tuple[object, ...]]:
        return [(0, 0, 0, "", (it, 0)) for it in hosts[host.removesuffix(".test")]]

    made = Transport(settings or Settings(), {}, Addresses(lookup))
    try:
        yield made
    finally:
        made.close()


def send(made: Transport, text: str, seconds: float = 10) -> Response:
    where = url(text)
    headers = {"Authorization": "canary"}
    request = Request(method="GET", url=where, registry=where.origin, headers=headers)
    assert repr(request) == f"Request(GET {where})"
    return made.send(request, Deadline(seconds))


def refusal(made: Transport, text: str, seconds: float = 10) -> Refusal:
    with pytest.raises(Refusal) as caught:
        send(made, text, seconds)
    return caught.value


def test_the_next_address_is_tried_and_preferred_from_then_on(server: QuirkServer) -> None:
    # Nothing listens at the first two.
    with transport(a=["127.0.0.2", "127.0.0.3", "127.0.0.1"]) as made:
        for _ in range(2):
            answer = send(made, f"http://a.test:{server.port}/v2/")
            assert answer.status == 200
    assert repr(answer) == f"Response(200 http://a.test:{server.port}/v2/)"
    assert [it.headers["host"] for it in server.seen] == [f"a.test:{server.port}"] * 2


def test_no_address_leads_anywhere(server: QuirkServer) -> None:
    with transport(a=["127.0.0.2", "127.0.0.3"]) as made:
        found = refusal(made, f"http://a.test:{server.port}/v2/")
    assert found.reason.detail == f"no connection to http://a.test:{server.port}"
    assert (found.retry, found.whole_host) == (True, True)


def test_silence_is_bounded(server: QuirkServer) -> None:
    release = threading.Event()
    server.routes["/"] = lambda _: Reply(status=200 if release.wait(5) else 503)
    with transport(replace(Settings(), timeout=0.2)) as made:
        found = refusal(made, f"http://{server.host}/")
    release.set()
    assert found.reason.detail == f"no answer from http://{server.host}"
    assert (found.retry, found.whole_host) == (True, False)


def test_no_time_is_left(server: QuirkServer) -> None:
    with transport() as made:
        found = refusal(made, f"http://{server.host}/", seconds=0)
    assert found.reason.code == "registry-deadline"
    assert server.seen == []


@contextmanager
def raw(behave: Callable[[socket.socket], None]) -> Iterator[int]:
    """A server that does with its one connection what it is told to. Yields the port."""

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            behave(connection)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def hang_up(connection: socket.socket) -> None:
    connection.recv(9999)


def cut(connection: socket.socket) -> None:
    connection.recv(9999)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")


def count_backwards(connection: socket.socket) -> None:
    connection.recv(9999)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nabc\r\n")


def speak_plainly(connection: socket.socket) -> None:
    connection.recv(9999)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")


@pytest.mark.parametrize(
    ("scheme", "behave", "code", "detail", "retry"),
    [
        pytest.param(
            "http", hang_up, "registry-unreachable", "{} ends the connection", True, id="hangs up"
        ),
        pytest.param("http", cut, "registry-unreachable", "{} ends the connection", True, id="cut"),
        pytest.param(
            "https",
            hang_up,
            "registry-unreachable",
            "{} ends the connection",
            True,
            id="hangs up in the handshake",
        ),
        pytest.param(
            "http",
            count_backwards,
            "registry-answer",
            "{} answers with what is not HTTP",
            False,
            id="chunk of -5",
        ),
        pytest.param("https", speak_plainly, "registry-tls", "{} speaks no TLS", False, id="plain"),
    ],
)
def test_broken_connections(
    scheme: str, behave: Callable[[socket.socket], None], code: str, detail: str, retry: bool
) -> None:
    with raw(behave) as port, transport() as made:
        origin = f"{scheme}://127.0.0.1:{port}"
        found = refusal(made, f"{origin}/")
    assert (found.reason.code, found.reason.detail) == (code, detail.format(origin))
    assert (found.retry, found.whole_host) == (retry, code == "registry-tls")


@pytest.mark.parametrize("place", ["for all", "for the host"])
def test_a_tunnel_is_used_for_tls(tmp_path: Path, place: str) -> None:
    authority = Authority(tmp_path)
    seen: list[bytes] = []

    def proxy(connection: socket.socket) -> None:
        seen.append(connection.recv(9999))
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        context = authority.server("registry.test")
        with context.wrap_socket(connection, server_side=True) as inner:
            seen.append(inner.recv(9999))
            inner.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")

    settings = replace(Settings(), ca_file=str(authority.file))
    if place == "for the host":
        (tmp_path / "registry.test").mkdir()
        authority.file.rename(tmp_path / "registry.test" / "ca.crt")
        settings = replace(Settings(), certs_folders=(str(tmp_path),))
    with raw(proxy) as port:
        environment = {"HTTPS_PROXY": f"http://me:pw@127.0.0.1:{port}"}
        made = Transport(settings, environment, Addresses())
        assert send(made, "https://registry.test/v2/").status == 204
        made.close()
    connect, inside = (it.decode() for it in seen)
    assert connect.startswith("CONNECT registry.test:443 ")
    assert "proxy-authorization: basic bwu6chc=\r\n" in connect.lower()
    assert "canary" not in connect
    assert inside.startswith("GET /v2/ ")
    assert "Authorization: canary\r\n" in inside


def test_waiting_threads_are_freed(server: QuirkServer) -> None:
    slow = quirks.slow(server)
    server.routes["/"] = lambda seen: slow(seen, Reply(headers={"Content-Length": "1000"}))
    with transport() as made:
        threading.Timer(0.2, made.abort).start()
        start = time.monotonic()
        refusal(made, f"http://{server.host}/")
        assert time.monotonic() - start < 2


def test_work_raises_what_fails() -> None:
    def do(item: int) -> int:
        raise ZeroDivisionError(item)

    deadline = Deadline(5)
    aborted: list[int] = []
    with pytest.raises(ZeroDivisionError):
        work(
            [[1], []],
            do,
            lambda *_: None,
            concurrency=2,
            deadline=deadline,
            abort=lambda: aborted.append(1),
        )
    assert (aborted, deadline.left) == ([1], 0)


def test_work_is_over_only_when_it_is_done() -> None:
    # An error of the work itself is not taken for the end of its queue.
    def do(item: int) -> int:
        raise IndexError(item)

    with pytest.raises(IndexError):
        work([[1]], do, lambda *_: None, concurrency=1, deadline=Deadline(5), abort=lambda: None)


def test_work_ends_with_its_deadline() -> None:
    found: list[int] = []
    release = threading.Event()

    def do(item: int) -> int:
        release.wait(5)
        return item

    work(
        [[1, 2], [3]],
        do,
        lambda _, result: found.append(result),
        concurrency=1,
        deadline=Deadline(0.1),
        abort=release.set,
    )
    assert found == []
