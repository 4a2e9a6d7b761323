"""The request log as Lambda's runtime writes it, and the template's metrics from it."""

import json
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.api.schemas import EXAMPLES
from app.middleware.request_log import FIELDS
from deployment.emulator import emulator
from tests import function_url
from tests.test_template import RESOURCES

pytestmark = pytest.mark.emulator

LAMBDA_FIELDS = {"timestamp", "level", "message", "logger", "requestId"}


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Log lines of a malignant and a benign prediction, an invalid body and an unknown path."""
    log: Path = tmp_path_factory.mktemp("emulator") / "log"
    bodies = [json.dumps(EXAMPLES[name]).encode() for name in ("malignant", "benign")]
    events = [function_url.event(body) for body in (*bodies, b"{}")]
    events.append(function_url.event(b"", "GET", "/24.86"))
    variables = {"AWS_LAMBDA_LOG_FORMAT": "JSON", "AWS_LAMBDA_LOG_LEVEL": "INFO"}
    with log.open("w") as output, emulator(output=output, environment=variables) as url:
        for event in events:
            httpx.post(url, json=event, timeout=30)
    texts = [line for line in log.read_text().splitlines() if line.startswith('{"timestamp"')]
    assert [len(text) < 400 for text in texts] == [True] * 4, "the size that docs/deploy.md states"
    return [json.loads(text) for text in texts]


def matches(pattern: str, line: dict[str, Any]) -> bool:
    """Return whether a metric filter's pattern, of the kinds in the template, matches a line."""
    conditions = re.findall(r"\$\.(\w+) (>=|<|=) (\d+)", pattern)
    assert len(conditions) == pattern.count("$"), "all conditions are understood"
    compare = {">=": int.__ge__, "<": int.__lt__, "=": int.__eq__}
    return all(
        name in line and compare[sign](int(line[name]), int(bound))
        for name, sign, bound in conditions
    )


def test_each_metric_counts_its_lines(lines: list[dict[str, Any]]) -> None:
    counted = {
        name: [
            number
            for number, line in enumerate(lines)
            if matches(resource["Properties"]["FilterPattern"], line)
        ]
        for name, resource in RESOURCES.items()
        if resource["Type"] == "AWS::Logs::MetricFilter"
    }
    assert counted == {
        "MalignantMetric": [0],
        "BenignMetric": [1],
        "ClientErrorsMetric": [2, 3],
        "LatencyMetric": [0, 1, 2, 3],
    }
    value = RESOURCES["LatencyMetric"]["Properties"]["MetricTransformations"][0]["MetricValue"]
    assert all(isinstance(line[value.removeprefix("$.")], float) for line in lines)


def test_a_line_has_only_documented_fields(lines: list[dict[str, Any]]) -> None:
    assert {name for line in lines for name in line} - LAMBDA_FIELDS < set(FIELDS)
    assert [line["path"] for line in lines] == ["/predict"] * 3 + ["(unknown)"]
    assert [line.get("reason") for line in lines] == [None, None, "invalid_body", "not_found"]
    assert all(line["request_id"] == line["requestId"] for line in lines)
