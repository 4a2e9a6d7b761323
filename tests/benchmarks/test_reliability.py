import asyncio
import json
import os
import signal
from asyncio import StreamReader, StreamWriter
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from benchmarks import load
from benchmarks.kinds import ASKING, BAD, GOOD, Kind, mixture
from benchmarks.load import Load, client
from benchmarks.reliability import broken, main, slope
from benchmarks.report import readme
from benchmarks.serving import resident_bytes, serves, serving
from tests.conftest import ROOT

OK = b'{"reason":"OK","prediction":1,"status":"200"}'
Handler = Callable[[StreamReader, StreamWriter], Awaitable[None]]


pytestmark = pytest.mark.usefixtures("untraced")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> tuple[int, Path]:
    """The exit status and the folder of a small run against the real service."""
    folder = tmp_path_factory.mktemp("benchmarks")
    options = ["--requests", "500", "--connections", "4", "--stops", "1", "--output", str(folder)]
    return main(options), folder


@pytest.fixture
def results(found: tuple[int, Path]) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((found[1] / "reliability.json").read_text())["results"]
    return content


def test_the_service_keeps_every_promise(found: tuple[int, Path]) -> None:
    assert found[0] == 0


def test_one_worker_answers_requests_of_each_kind(results: dict[str, Any]) -> None:
    endured = results["endured"]
    assert sum(endured["answers"].values()) == 500
    assert {"good 200", "bad 400", "bad 404", "bad 405", "bad 415", "oversized 413"} == set(
        endured["answers"]
    )
    assert all(held > 20e6 for _, held in endured["memory"])
    assert endured["processor"]["generator"] < 1


def test_more_connections_than_are_taken_get_an_answer_or_a_503(results: dict[str, Any]) -> None:
    answers = results["overloaded"]["answers"]
    assert set(answers) == {"good 200", "good 503"}
    assert sum(answers.values()) == 320


def test_what_was_accepted_before_sigterm_is_answered(results: dict[str, Any]) -> None:
    assert results["stopped"]["accepted"] == results["stopped"]["answers"]["good 200"] >= 10


def test_a_killed_worker_is_replaced(results: dict[str, Any]) -> None:
    killed = results["killed"]
    assert killed["answers"]["good 200"] >= 200
    assert 0 < killed["replaced_after"] < 60


def test_the_report_says_so(found: tuple[int, Path], results: dict[str, Any]) -> None:
    text = (found[1] / "README.md").read_text()
    assert text == readme(found[1])
    assert "| 500 requests to one worker | " in text
    assert f"{results['endured']['slope']:+,.0f} bytes per 1,000 requests" in text
    assert "</svg>" in (found[1] / "reliability.svg").read_text()


def test_a_promise_that_is_broken_is_named(results: dict[str, Any]) -> None:
    assert broken(results) == []
    results["endured"].update(wrong=1, lost=1)
    results["stopped"]["accepted"] += 1
    results["killed"]["lost"] = 17
    assert len(broken(results)) == 4


def test_a_service_that_answers_otherwise_fails_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """It asks for a key here, which nobody sends."""
    monkeypatch.setenv("API_KEYS", "0" * 64)
    options = ["--requests", "100", "--connections", "2", "--stops", "1", "--output", str(tmp_path)]
    assert main(options) == 1
    assert "broken: an answer was not the right one" in capsys.readouterr().out


def test_the_slope_is_that_of_what_comes_after_the_first_fifth() -> None:
    assert (
        slope([(0, 0), (1000, 5000), *((n, 5000 + n) for n in range(2000, 10_000, 1000))]) == 1000
    )
    assert slope([(n, 50_000_000) for n in range(10)]) == 0


def test_the_mixture_is_the_same_each_time() -> None:
    assert list(mixture(1000)) == list(mixture(1000))
    assert len({kind.request for kind in mixture(1000)}) == len(GOOD) + len(BAD) + 2


def sent(kinds: Iterable[Kind], handler: Handler) -> Load:
    """Return what comes of sending ``kinds`` to a server that is ``handler``."""
    found = Load(iter(kinds))
    connections: list[asyncio.Task[None] | None] = []

    async def handle(reader: StreamReader, writer: StreamWriter) -> None:
        connections.append(asyncio.current_task())
        with suppress(ConnectionError):
            await handler(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def run() -> None:
        async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
            await client(found, server.sockets[0].getsockname()[1])
        await asyncio.sleep(0.1)  # The last connection may have come only just now.
        await asyncio.gather(*filter(None, connections))

    asyncio.run(run())
    return found


def answering(*parts: bytes) -> Handler:
    """A server that answers each request with ``parts``, one after the other, and closes."""

    async def handler(reader: StreamReader, writer: StreamWriter) -> None:
        await reader.read(100)
        for part in parts:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.05)

    return handler


def http(status: int, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status} \r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def test_an_answer_that_comes_in_pieces_is_put_together() -> None:
    whole = http(200, OK)
    found = sent([GOOD[0]], answering(whole[:10], whole[10:-5], whole[-5:]))
    assert (found.count(200), found.wrong.total(), found.lost) == (1, 0, 0)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, OK.replace(b"1", b"0")),
        (200, OK.replace(b"200", b"400")),
        (500, b'{"reason":"","prediction":"","status":"500"}'),
        (503, b""),
    ],
)
def test_an_answer_that_is_not_right_is_counted(status: int, body: bytes) -> None:
    found = sent([GOOD[0]], answering(http(status, body)))
    assert (found.count(status), found.wrong.total(), found.lost) == (1, 1, 0)


@pytest.mark.parametrize("parts", [(), (b"HTTP/1.1 200 \r\n",), (http(200, OK)[:-1],)])
def test_a_request_without_a_whole_answer_is_lost(parts: tuple[bytes, ...]) -> None:
    found = sent([GOOD[0]], answering(*parts))
    assert (found.answered, found.lost) == (0, 1)


def test_an_accepted_request_that_is_not_answered_shows() -> None:
    found = sent([ASKING], answering(b"HTTP/1.1 100 Continue\r\n\r\n"))
    assert (found.accepted, found.answered) == (1, 0)


def test_a_request_that_is_never_answered_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(load, "PATIENCE", 0.1)

    async def silent(reader: StreamReader, _: StreamWriter) -> None:
        while await reader.read(1000):
            pass

    assert sent([GOOD[0]], silent).lost == 1


def test_a_service_that_does_not_start_or_ends_badly_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="at once"), serving(PORT=-1):
        pass  # pragma: no cover
    with serving() as service:
        assert resident_bytes(service.process.pid) > 20e6
        os.kill(service.process.pid, signal.SIGKILL)
        with pytest.raises(RuntimeError, match="status -9"):
            service.stop()


def test_a_process_that_has_ended_serves_nobody() -> None:
    assert not serves(Path("/proc/nowhere"))


def test_the_committed_figures_are_what_is_promised() -> None:
    """Not a timed test: it reads what `make bench-reliability` found and somebody committed."""
    folder = ROOT / "benchmarks"
    results = json.loads((folder / "reliability.json").read_text())["results"]
    assert sum(results["endured"]["answers"].values()) >= 1_000_000
    assert not any(" 5" in answer for answer in results["endured"]["answers"])
    assert abs(results["endured"]["slope"]) < 1000  # bytes per 1,000 requests
    assert broken(results) == []
