import asyncio
import json
import threading
import time
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI, Request
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import Message

from app.api.endpoints import PREDICTIONS, Endpoints, Input, PredictBatchRoute, PredictRows
from app.api.errors import REASONS
from app.api.routing import ObservationRoute, read_json, require_no_dependencies
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


async def endpoint(request: Request, values: Input) -> Prediction: ...  # type: ignore[empty-body]


async def with_dependency(  # type: ignore[empty-body]
    request: Request, values: Annotated[None, Depends(dependency)]
) -> Prediction: ...


async def with_user(  # type: ignore[empty-body]
    request: Request, values: Input, user: Annotated[None, Depends(dependency)]
) -> Prediction: ...


async def with_tasks(  # type: ignore[empty-body]
    request: Request, values: Input, tasks: BackgroundTasks
) -> Prediction: ...


@pytest.mark.parametrize("place", ["parameter", "route", "router", "include_router", "FastAPI"])
@pytest.mark.parametrize("depth", [1, 2])
def test_rejects_a_dependency_when_the_app_is_built(place: str, depth: int) -> None:
    def options(where: str) -> dict[str, Any]:
        return {"dependencies": [Depends(dependency)]} if where == place else {}

    app = FastAPI(**options("FastAPI"))
    outer = app if depth == 1 else APIRouter()
    inner = APIRouter(route_class=ObservationRoute, **options("router"))
    add = inner.post("/observation", **options("route"))
    add(with_dependency if place == "parameter" else endpoint)
    outer.include_router(inner, **options("include_router"))
    if isinstance(outer, APIRouter):
        app.include_router(outer)
    with pytest.raises(TypeError, match="/observation has a dependency"):
        require_no_dependencies(app)


def test_accepts_dependencies_of_ordinary_routes(scorecard: Scorecard) -> None:
    app = create_app(scorecard)
    app.get("/ordinary", dependencies=[Depends(dependency)])(dependency)
    require_no_dependencies(app)


@pytest.mark.parametrize("endpoint", [with_user, with_tasks, dependency])
@pytest.mark.parametrize("route", [ObservationRoute, PredictBatchRoute])
def test_rejects_parameters_it_does_not_pass(endpoint: Any, route: type[ObservationRoute]) -> None:
    with pytest.raises(TypeError, match="dependencies are not resolved here"):
        APIRouter(route_class=route).post("/")(endpoint)


@pytest.mark.parametrize(("status_code", "expected"), [(None, 200), (202, 202)])
def test_uses_the_status_code_of_the_route(
    scorecard: Scorecard, status_code: int | None, expected: int
) -> None:
    one, many = APIRouter(route_class=ObservationRoute), APIRouter(route_class=PredictBatchRoute)
    one.post("/one", status_code=status_code)(Endpoints(scorecard).predict)
    many.post("/many", status_code=status_code)(Endpoints(scorecard).predict_batch)
    app = FastAPI()
    app.include_router(one)
    app.include_router(many)
    with connect(app) as client:
        assert client.post("/one", content=ONE).status_code == expected
        assert client.post("/many", content=MANY).status_code == expected


def test_batches_run_one_at_a_time_in_a_worker_thread() -> None:
    running: list[threading.Thread] = []
    observed = []

    def slow(request: Request, rows: PredictRows) -> list[Prediction]:  # noqa: ARG001 the signature
        running.append(threading.current_thread())
        time.sleep(0.02)
        observed.append((len(running), running.pop() is threading.main_thread()))
        return [PREDICTIONS[0] for _ in rows]

    app = FastAPI()
    app.router.add_api_route("/", slow, methods=["POST"], route_class_override=PredictBatchRoute)

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
