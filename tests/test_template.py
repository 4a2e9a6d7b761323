"""``template.yaml``: valid for cfn-lint, and with the properties that limit access and cost."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.conftest import ROOT

TEMPLATE = ROOT / "template.yaml"
TEXT = TEMPLATE.read_text(encoding="utf-8")

# Lines of the template, and mistakes to replace them with.
MISTAKES = {
    "AuthType: !Ref AuthType": "AuthType: OPEN",
    "Timeout: 5": "Timeout: 1000",
    "- !Ref Architecture": "- riscv",
    "MemorySize: !Ref MemorySize": "MemorySize: 64",
    "FunctionName: !Ref AWS::StackName": "Name: !Ref AWS::StackName",
    "UpdateReplacePolicy: Retain": "UpdateReplacePolicy: Keep",
    "Value: !GetAtt Url.FunctionUrl": "Value: !GetAtt Url.Address",
    "Value: !Ref Alias": "Value: !Ref Nickname",
}


class _Loader(yaml.SafeLoader):
    """Loads CloudFormation's short tags in their long form."""


def _long_form(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    else:
        assert isinstance(node, yaml.SequenceNode)
        value = loader.construct_sequence(node, deep=True)
    return {name if name == "Ref" else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _long_form)

CONTENT: dict[str, Any] = yaml.load(TEXT, Loader=_Loader)  # noqa: S506 a SafeLoader
PARAMETERS, RESOURCES = CONTENT["Parameters"], CONTENT["Resources"]
FUNCTION = RESOURCES["Function"]["Properties"]


def of_type(kind: str) -> list[dict[str, Any]]:
    """Return the properties of the resources of a type."""
    return [each["Properties"] for each in RESOURCES.values() if each["Type"] == f"AWS::{kind}"]


def nodes(node: Any) -> Iterator[Any]:
    """Yield ``node`` and everything in it."""
    yield node
    if isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from nodes(inner)


def lint(*templates: Path) -> list[dict[str, Any]]:
    """Return the findings of cfn-lint with all its checks."""
    command = [
        str(Path(sys.prefix, "bin", "cfn-lint")),
        "--include-checks",
        "I",
        "--format",
        "json",
    ]
    # It runs none of our code, and measuring its coverage would take as long again.
    variables = {name: value for name, value in os.environ.items() if "COVERAGE" not in name}
    linted = subprocess.run(
        [*command, *map(str, templates)], env=variables, capture_output=True, text=True, check=False
    )
    assert not linted.stderr
    findings: list[dict[str, Any]] = json.loads(linted.stdout)
    return findings


def test_cfn_lint_finds_only_the_mistakes(tmp_path: Path) -> None:
    lines = TEXT.splitlines()
    for right, wrong in MISTAKES.items():
        [number] = [number for number, line in enumerate(lines) if line.strip() == right]
        lines[number] = lines[number].replace(right, wrong)
    mistaken = tmp_path / "template.yaml"
    mistaken.write_text("\n".join([*lines, ""]))
    findings = lint(TEMPLATE, mistaken)  # In one process, as it takes long to start.
    assert [each for each in findings if each["Filename"] == str(TEMPLATE)] == []
    numbers = [
        each["Location"]["Start"]["LineNumber"] for each in findings if each["Level"] == "Error"
    ]
    assert {lines[number - 1].strip() for number in numbers} == set(MISTAKES.values())


def test_the_url_is_public_only_on_request() -> None:
    assert PARAMETERS["AuthType"]["Default"] == "AWS_IAM"
    [url] = of_type("Lambda::Url")
    assert url["AuthType"] == {"Ref": "AuthType"}
    assert not any("Cors" in node for node in nodes(RESOURCES) if isinstance(node, dict))


def test_a_public_url_has_exactly_the_two_permissions() -> None:
    # cfn-lint never checks a permission's action.
    common = {"FunctionName": {"Ref": "Alias"}, "Principal": "*"}
    assert of_type("Lambda::Permission") == [
        {**common, "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
        {**common, "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
    ]
    permissions = [each for each in RESOURCES.values() if each["Type"].endswith("::Permission")]
    assert {each["Condition"] for each in permissions} == {"Public"}
    assert CONTENT["Conditions"]["Public"] == {"Fn::Equals": [{"Ref": "AuthType"}, "NONE"]}


def test_the_url_belongs_to_the_alias_of_the_published_version() -> None:
    [alias], [url] = of_type("Lambda::Alias"), of_type("Lambda::Url")
    assert alias["Name"] == url["Qualifier"] == "live"
    assert alias["FunctionVersion"] == {"Fn::GetAtt": "Version.Version"}
    assert RESOURCES["Url"]["DependsOn"] == "Alias"
    assert {name: output["Value"] for name, output in CONTENT["Outputs"].items()} == {
        "FunctionUrl": {"Fn::GetAtt": "Url.FunctionUrl"},
        "FunctionName": {"Ref": "Function"},
        "AliasArn": {"Ref": "Alias"},
    }


def test_the_cost_of_anonymous_requests_is_limited() -> None:
    reserved = {"Fn::If": ["Reserving", {"Ref": "ReservedConcurrency"}, {"Ref": "AWS::NoValue"}]}
    assert FUNCTION["ReservedConcurrentExecutions"] == reserved
    unreserved = {"Fn::Equals": [{"Ref": "ReservedConcurrency"}, -1]}
    assert CONTENT["Conditions"]["Reserving"] == {"Fn::Not": [unreserved]}
    assert 1 <= PARAMETERS["ReservedConcurrency"]["Default"] <= 10
    assert FUNCTION["Timeout"] <= 10


def test_the_function_may_only_write_to_its_own_log() -> None:
    [role] = of_type("IAM::Role")
    assert set(role) == {"AssumeRolePolicyDocument", "Policies"}
    [policy] = role["Policies"]
    assert policy["PolicyDocument"]["Statement"] == [
        {
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": {"Fn::GetAtt": "LogGroup.Arn"},
        }
    ]
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    wildcards = [node for node in nodes(RESOURCES) if node == "*" or str(node).endswith(":*")]
    assert wildcards == ["*", "*"], "only the principals of the public URL"


def test_the_log_is_json_and_expires() -> None:
    [group] = of_type("Logs::LogGroup")
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert 1 <= PARAMETERS["LogRetentionDays"]["Default"] <= 90
    assert FUNCTION["LoggingConfig"]["LogFormat"] == "JSON"
    assert FUNCTION["LoggingConfig"]["LogGroup"] == {"Ref": "LogGroup"}
    assert PARAMETERS["ApplicationLogLevel"]["Default"] == "INFO"


def test_snapstart_is_on() -> None:
    assert FUNCTION["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
    assert PARAMETERS["SnapStart"]["Default"] == "PublishedVersions"
    assert FUNCTION["PackageType"] == "Image"


def test_a_version_is_published_for_each_change_and_kept() -> None:
    description = RESOURCES["Version"]["Properties"]["Description"]["Fn::Sub"]
    references = {
        node["Ref"] for node in nodes(FUNCTION) if isinstance(node, dict) and "Ref" in node
    }
    # A change of the concurrency does not change the version, so publishing one would fail.
    expected = (references & set(PARAMETERS)) - {"ReservedConcurrency", "ApiKeys"}
    assert set(re.findall(r"\$\{(\w+)}", description)) == expected | {"ApiKeysRelease"}
    assert RESOURCES["Version"]["UpdateReplacePolicy"] == "Retain"
    assert RESOURCES["Version"]["DeletionPolicy"] == "Delete"

    def longest(match: "re.Match[str]") -> str:
        parameter = PARAMETERS[match[1]]
        values = [*parameter.get("AllowedValues", ()), parameter.get("MaxValue", "")]
        size: int = max(parameter.get("MaxLength", 0), *(len(str(each)) for each in values))
        return "." * size

    assert len(re.sub(r"\$\{(\w+)}", longest, description)) <= 256


@pytest.mark.parametrize(
    ("uri", "valid"),
    [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/classifier@sha256:" + "0f" * 32, True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b@sha256:" + "0f" * 32, True),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/classifier:latest", False),
        ("example.com/classifier@sha256:" + "0f" * 32, False),
    ],
)
def test_requires_an_image_by_digest(uri: str, *, valid: bool) -> None:
    assert bool(re.search(PARAMETERS["ImageUri"]["AllowedPattern"], uri)) is valid
    assert len(uri) <= PARAMETERS["ImageUri"]["MaxLength"]
    assert "Default" not in PARAMETERS["ImageUri"]


def test_alarms_watch_errors_throttling_and_latency() -> None:
    alarms = of_type("CloudWatch::Alarm")
    assert {
        each["MetricName"]: each.get("Statistic") or each["ExtendedStatistic"] for each in alarms
    } == {"Errors": "Sum", "Url5xxCount": "Sum", "Throttles": "Sum", "Duration": "p99"}
    topic = {"Fn::If": ["Notifying", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    for each in alarms:
        assert each["TreatMissingData"] == "notBreaching"
        assert each["AlarmActions"] == topic
        assert each["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "Function"}}]
        assert each["Namespace"] == "AWS/Lambda"


def test_metrics_are_computed_from_the_request_log() -> None:
    filters = of_type("Logs::MetricFilter")
    transformations = [
        (each["FilterPattern"], each["MetricTransformations"][0]) for each in filters
    ]
    assert [
        (each["MetricName"], pattern, each["MetricValue"]) for pattern, each in transformations
    ] == [
        ("PredictedMalignant", "{ $.prediction = 1 }", "1"),
        ("PredictedBenign", "{ $.prediction = 0 }", "1"),
        ("ClientErrors", "{ ($.status >= 400) && ($.status < 500) }", "1"),
        ("Latency", "{ $.duration_ms >= 0 }", "$.duration_ms"),
    ]
    assert all(each["LogGroupName"] == {"Ref": "LogGroup"} for each in filters)
