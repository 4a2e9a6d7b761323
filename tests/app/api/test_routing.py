import asyncio
import json
import threading
import time
from typing import Annotated, Any

import httpx
import pytest
from fastapi import BackgroundTasks, Depends, FastAPI, Request
from starlette.applications import Starlette
from starlette.routing import Mount, Route
from starlette.types import Message

from app.api.endpoints import PREDICTIONS, Endpoints, Input, PredictRows
from app.api.errors import REASONS
from app.api.routing import (
    BatchEndpoint,
    JsonEndpoint,
    ObservationEndpoint,
    add_routes,
    read_json,
)
from app.api.schemas import EXAMPLES, Prediction
from app.main import create_app
from model import Scorecard
from tests.app.api.conftest import connect

ONE = json.dumps(EXAMPLES["malignant"]).encode()
MANY = b"[%b]" % ONE
BODIES = {
    "/predict": ONE, "/explain": ONE, "/": ONE, "/predict/batch": MANY, "/explain/batch": MANY,
}  # fmt: skip


def dependency() -> None: ...


async def with_dependency(  # type: ignore[empty-body]
    request: Request, values: Annotated[tuple[float, ...], Depends(dependency)]
) -> Prediction: ...


async def with_default(  # type: ignore[empty-body]
    request: Request,
    values: Any = Depends(dependency),  # noqa: B008 the other spelling
) -> Prediction: ...


async def with_user(  # type: ignore[empty-body]
    request: Request, values: Input, user: Annotated[None, Depends(dependency)]
) -> Prediction: ...


async def with_tasks(  # type: ignore[empty-body]
    request: Request, values: Input, tasks: BackgroundTasks
) -> Prediction: ...


@pytest.mark.parametrize("function", [with_dependency, with_default, with_user, with_tasks])
@pytest.mark.parametrize("endpoint", [JsonEndpoint, ObservationEndpoint])
def test_rejects_dependencies_and_other_parameters(
    function: Any, endpoint: type[JsonEndpoint]
) -> None:
    with pytest.raises(TypeError, match="no dependency"):
        endpoint(function)


def test_rejects_dependencies_of_the_application(scorecard: Scorecard) -> None:
    app = FastAPI(dependencies=[Depends(dependency)])
    with pytest.raises(TypeError, match="dependencies would not be resolved"):
        add_routes(app, [Route("/", ObservationEndpoint(Endpoints(scorecard).predict))])
    assert not [route for route in app.routes if getattr(route, "path", None) == "/"]


def test_ordinary_route_resolves_its_dependencies(scorecard: Scorecard) -> None:
    app = create_app(scorecard)

    @app.get("/ordinary")
    async def ordinary(value: Annotated[str, Depends(lambda: "resolved")]) -> str:
        return value

    with connect(app) as client:
        assert client.get("/ordinary").json() == "resolved"


def test_batches_run_one_at_a_time_in_a_worker_thread() -> None:
    running: list[threading.Thread] = []
    observed = []

    def slow(request: Request, rows: PredictRows) -> list[Prediction]:  # noqa: ARG001 the signature
        running.append(threading.current_thread())
        time.sleep(0.02)
        observed.append((len(running), running.pop() is threading.main_thread()))
        return [PREDICTIONS[0] for _ in rows]

    app = Starlette(routes=[Route("/", BatchEndpoint(slow, 10), methods=["POST"])])

    async def send_three() -> None:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
            await asyncio.gather(*(client.post("/", content=MANY) for _ in range(3)))

    asyncio.run(send_three())
    assert observed == [(1, False)] * 3


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *(("POST", path, 200) for path in [*BODIES, "/predict?a=1"]),
        ("POST", "/predict/", 404),
        ("PUT", "/", 405),
    ],
)
def test_responses_are_the_same_below_a_prefix(
    client: httpx.Client, scorecard: Scorecard, method: str, path: str, status: int
) -> None:
    content = BODIES.get(path, ONE)
    response = client.request(method, path, content=content)
    with connect(Starlette(routes=[Mount("/clinic", create_app(scorecard))])) as prefixed:
        other = prefixed.request(method, f"/clinic{path}", content=content)
    assert response.headers.pop("x-request-id") != other.headers.pop("x-request-id")
    assert (response.status_code, other.status_code) == (status, status)
    assert (response.headers, response.content) == (other.headers, other.content)


@pytest.mark.parametrize("path", BODIES)
@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        *((name, 200) for name in ("", "application/json", "APPLICATION/JSON")),
        *((name, 200) for name in ("application/json; charset=utf-8", "application/a.b+json")),
        *((name, 415) for name in ("text/json", "text/plain", "application/jsonp", "x", ";")),
        *((name, 415) for name in ("application/x-www-form-urlencoded", "multipart/form-data")),
    ],
)
def test_rejects_content_types_other_than_json(
    client: httpx.Client, path: str, content_type: str, status: int
) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = client.post(path, content=BODIES[path], headers=headers)
    assert response.status_code == status
    if status == 415:
        assert response.json() == {"reason": REASONS[415], "prediction": "", "status": "415"}
    assert client.post(path, headers=headers).status_code == 400  # No body, so no media type.


@pytest.mark.parametrize("path", BODIES)
def test_skips_one_byte_order_mark(client: httpx.Client, path: str) -> None:
    marked = client.post(path, content=b"\xef\xbb\xbf" + BODIES[path])
    assert marked.status_code == 200
    assert marked.content == client.post(path, content=BODIES[path]).content
    assert client.post(path, content=b"\xef\xbb\xbf" * 2 + BODIES[path]).status_code == 400


def test_reads_a_body_that_arrives_in_parts() -> None:
    parts = [ONE[at : at + 9] for at in range(0, len(ONE), 9)]
    messages: list[Message] = [
        {"type": "http.request", "body": part, "more_body": part != parts[-1]} for part in parts
    ]
    arriving = iter(messages)

    async def receive() -> Message:
        return next(arriving)

    assert asyncio.run(read_json(Request({"type": "http", "headers": []}, receive))) == ONE
