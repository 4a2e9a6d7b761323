"""The request's line as Lambda's runtime writes it, and what reads it there."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.observation import EXAMPLES
from app.requestlog import FIELDS
from deployment.emulator import emulator
from tests import function_url
from tests.test_template import RESOURCES

pytestmark = pytest.mark.emulator


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """The function's lines about two predictions, a refused body and an unknown path."""
    log: Path = tmp_path_factory.mktemp("emulator") / "log"
    bodies = [json.dumps(EXAMPLES[name]).encode() for name in ("malignant", "benign")]
    events = [function_url.event(body) for body in (*bodies, b"{}")]
    events.append(function_url.event(b"", "GET", "/24.86"))
    variables = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
    with log.open("w") as output, emulator(output=output, environment=variables) as url:
        for event in events:
            httpx.post(url, json=event, timeout=30)
    texts = [line for line in log.read_text().splitlines() if line.startswith('{"timestamp"')]
    assert [len(text) < 400 for text in texts] == [True] * 4, "as docs/deploy.md reckons"
    return [json.loads(text) for text in texts]


def selects(pattern: str, line: dict[str, Any]) -> bool:
    """Tell whether a metric filter's pattern, of the kinds that the template has, takes a line."""
    found = re.findall(r"\$\.(\w+) (>=|<|=) (\d+)", pattern)
    assert len(found) == pattern.count("$"), "each condition is of a kind that is known here"
    compare = {">=": int.__ge__, "<": int.__lt__, "=": int.__eq__}
    return all(
        name in line and compare[sign](int(line[name]), int(bound)) for name, sign, bound in found
    )


def test_the_templates_metrics_are_made_from_lambdas_lines(lines: list[dict[str, Any]]) -> None:
    counted = {
        name: [
            number
            for number, line in enumerate(lines)
            if selects(each["Properties"]["FilterPattern"], line)
        ]
        for name, each in RESOURCES.items()
        if each["Type"] == "AWS::Logs::MetricFilter"
    }
    assert counted == {
        "MalignantMetric": [0],
        "BenignMetric": [1],
        "ClientErrorsMetric": [2, 3],
        "LatencyMetric": [0, 1, 2, 3],
    }
    value = RESOURCES["LatencyMetric"]["Properties"]["MetricTransformations"][0]["MetricValue"]
    assert all(isinstance(line[value.removeprefix("$.")], float) for line in lines)


def test_a_line_on_lambda_has_lambdas_names_and_ours_and_nothing_else(
    lines: list[dict[str, Any]],
) -> None:
    lambdas = {"timestamp", "level", "message", "logger", "requestId"}
    assert {name for line in lines for name in line} - lambdas < set(FIELDS)
    assert [line["path"] for line in lines] == ["/predict"] * 3 + ["(unknown)"]
    assert all(line["request_id"] == line["requestId"] for line in lines)
