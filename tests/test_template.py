"""``template.yaml``: clean to cfn-lint, and with the properties that protect whoever deploys it."""

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

# Each is the end of one line of the template; what stands beside it breaks that line.
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
    """Reads CloudFormation's short tags as the long form that they stand for."""


def _long_form(loader: yaml.SafeLoader, name: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
    else:
        assert isinstance(node, yaml.SequenceNode)
        value = loader.construct_sequence(node, deep=True)
    return {name if name == "Ref" else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _long_form)


def load(text: str) -> dict[str, Any]:
    """Return a template's content."""
    template: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 a SafeLoader
    return template


CONTENT = load(TEXT)
PARAMETERS, RESOURCES = CONTENT["Parameters"], CONTENT["Resources"]
FUNCTION = RESOURCES["Function"]["Properties"]


def of_type(kind: str) -> dict[str, Any]:
    """Return the properties of each resource of one type, by name."""
    found = {name: each for name, each in RESOURCES.items() if each["Type"] == f"AWS::{kind}"}
    return {name: each["Properties"] for name, each in found.items()}


def each_value(node: Any) -> Iterator[Any]:
    """Yield ``node`` and all that is inside it."""
    yield node
    if isinstance(node, dict | list):
        for inner in node.values() if isinstance(node, dict) else node:
            yield from each_value(inner)


def lint(template: Path) -> "subprocess.CompletedProcess[str]":
    """Run cfn-lint, which reports errors, warnings and, asked to, hints."""
    command = [str(Path(sys.prefix, "bin", "cfn-lint")), "--include-checks", "I"]
    return subprocess.run(
        [*command, "--template", str(template)], capture_output=True, text=True, check=False
    )


def test_cfn_lint_has_nothing_to_say() -> None:
    linted = lint(TEMPLATE)
    assert (linted.returncode, linted.stdout, linted.stderr) == (0, "", "")


@pytest.mark.parametrize(("right", "wrong"), MISTAKES.items())
def test_cfn_lint_catches_a_mistake(right: str, wrong: str, tmp_path: Path) -> None:
    lines = TEXT.splitlines()
    [place] = [number for number, line in enumerate(lines) if line.strip() == right]
    lines[place] = lines[place].replace(right, wrong)
    mistaken = tmp_path / "template.yaml"
    mistaken.write_text("\n".join([*lines, ""]))
    linted = lint(mistaken)
    assert linted.returncode & 2, linted.stdout  # cfn-lint's bit for errors, as against warnings
    where = f"{re.escape(str(mistaken))}:{place + 1}:"
    assert re.search(rf"^E.*\n{where}", linted.stdout), linted.stdout


def test_the_url_is_closed_unless_somebody_opens_it() -> None:
    assert PARAMETERS["AuthType"]["Default"] == "AWS_IAM"
    assert PARAMETERS["AuthType"]["AllowedValues"] == ["AWS_IAM", "NONE"]
    [url] = of_type("Lambda::Url").values()
    assert url["AuthType"] == {"Ref": "AuthType"}


def test_an_open_url_has_both_permissions_once_and_a_closed_one_neither() -> None:
    # cfn-lint never checks a permission's action.
    granted = {"FunctionName": {"Ref": "Alias"}, "Principal": "*"}
    permissions = of_type("Lambda::Permission")
    assert sorted(permissions.values(), key=lambda each: len(each["Action"])) == [
        {**granted, "Action": "lambda:InvokeFunction", "InvokedViaFunctionUrl": True},
        {**granted, "Action": "lambda:InvokeFunctionUrl", "FunctionUrlAuthType": "NONE"},
    ]
    assert {RESOURCES[name].get("Condition") for name in permissions} == {"Public"}
    assert CONTENT["Conditions"]["Public"] == {"Fn::Equals": [{"Ref": "AuthType"}, "NONE"]}


def test_the_url_permissions_and_outputs_are_the_aliass() -> None:
    [alias] = of_type("Lambda::Alias").values()
    [url] = of_type("Lambda::Url").values()
    assert alias["Name"] == url["Qualifier"] == "live"
    assert alias["FunctionVersion"] == {"Fn::GetAtt": "Version.Version"}
    assert RESOURCES["Url"]["DependsOn"] == "Alias"
    outputs = {name: output["Value"] for name, output in CONTENT["Outputs"].items()}
    assert outputs == {
        "FunctionUrl": {"Fn::GetAtt": "Url.FunctionUrl"},
        "FunctionName": {"Ref": "Function"},
        "AliasArn": {"Ref": "Alias"},
    }


def test_no_other_site_may_call_from_a_browser() -> None:
    assert not any(isinstance(node, dict) and "Cors" in node for node in each_value(RESOURCES))


def test_what_strangers_can_spend_is_bounded() -> None:
    reserved = {"Fn::If": ["Reserving", {"Ref": "ReservedConcurrency"}, {"Ref": "AWS::NoValue"}]}
    assert FUNCTION["ReservedConcurrentExecutions"] == reserved
    given = {"Fn::Equals": [{"Ref": "ReservedConcurrency"}, -1]}
    assert CONTENT["Conditions"]["Reserving"] == {"Fn::Not": [given]}
    assert 1 <= PARAMETERS["ReservedConcurrency"]["Default"] <= 10
    assert FUNCTION["Timeout"] <= 10


def test_the_function_may_write_to_its_own_log_and_no_more() -> None:
    [role] = of_type("IAM::Role").values()
    assert set(role) == {"AssumeRolePolicyDocument", "Policies"}
    [statement] = role["Policies"][0]["PolicyDocument"]["Statement"]
    assert len(role["Policies"]) == 1
    assert statement == {
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
        "Resource": {"Fn::GetAtt": "LogGroup.Arn"},
    }
    [trust] = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_the_only_wildcards_are_the_open_urls_principals() -> None:
    wild = [node for node in each_value(RESOURCES) if node == "*" or str(node).endswith(":*")]
    assert wild == ["*", "*"]


def test_the_log_is_json_and_ends() -> None:
    [group] = of_type("Logs::LogGroup").values()
    assert group["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert 1 <= PARAMETERS["LogRetentionDays"]["Default"] <= 90
    assert FUNCTION["LoggingConfig"]["LogFormat"] == "JSON"
    assert FUNCTION["LoggingConfig"]["LogGroup"] == {"Ref": "LogGroup"}
    assert PARAMETERS["ApplicationLogLevel"]["Default"] == "INFO"


def test_snapstart_is_on_where_it_works() -> None:
    assert FUNCTION["SnapStart"] == {"ApplyOn": {"Ref": "SnapStart"}}
    assert PARAMETERS["SnapStart"]["Default"] == "PublishedVersions"
    assert PARAMETERS["SnapStart"]["AllowedValues"] == ["PublishedVersions", "None"]
    assert FUNCTION["PackageType"] == "Image"


def test_a_change_of_the_function_publishes_a_version_and_keeps_the_last() -> None:
    description = RESOURCES["Version"]["Properties"]["Description"]["Fn::Sub"]
    used = {
        node["Ref"] for node in each_value(FUNCTION) if isinstance(node, dict) and "Ref" in node
    }
    # The concurrency is the function's, not a version's: naming it would fail the deployment.
    assert set(re.findall(r"\$\{(\w+)}", description)) == (
        (used & set(PARAMETERS) - {"ReservedConcurrency", "ApiKeys"}) | {"ApiKeysRelease"}
    )
    assert RESOURCES["Version"]["UpdateReplacePolicy"] == "Retain"
    assert RESOURCES["Version"]["DeletionPolicy"] == "Delete"


def test_the_longest_description_of_a_version_fits() -> None:
    def longest(name: str) -> str:
        of = PARAMETERS[name]
        size = of.get("MaxLength") or max(len(str(each)) for each in of.get("AllowedValues", [""]))
        return "." * max(size, len(str(of.get("MaxValue", ""))))

    description = RESOURCES["Version"]["Properties"]["Description"]["Fn::Sub"]
    assert len(re.sub(r"\$\{(\w+)}", lambda found: longest(found[1]), description)) <= 256


@pytest.mark.parametrize(
    ("uri", "taken"),
    [
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/classifier@sha256:" + "0f" * 32, True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/a/b@sha256:" + "0f" * 32, True),
        ("123456789012.dkr.ecr.eu-central-1.amazonaws.com/classifier:latest", False),
        ("example.com/classifier@sha256:" + "0f" * 32, False),
    ],
)
def test_an_image_is_named_by_digest(uri: str, *, taken: bool) -> None:
    assert bool(re.search(PARAMETERS["ImageUri"]["AllowedPattern"], uri)) is taken
    assert len(uri) <= PARAMETERS["ImageUri"]["MaxLength"]
    assert "Default" not in PARAMETERS["ImageUri"]


def test_alarms_watch_failures_refusals_and_slowness() -> None:
    alarms = of_type("CloudWatch::Alarm").values()
    watched = {
        each["MetricName"]: each.get("Statistic") or each["ExtendedStatistic"] for each in alarms
    }
    assert watched == {"Errors": "Sum", "Url5xxCount": "Sum", "Throttles": "Sum", "Duration": "p99"}
    told = {"Fn::If": ["Notifying", [{"Ref": "AlarmTopicArn"}], {"Ref": "AWS::NoValue"}]}
    for each in alarms:
        assert each["TreatMissingData"] == "notBreaching"
        assert each["AlarmActions"] == told
        assert each["Dimensions"] == [{"Name": "FunctionName", "Value": {"Ref": "Function"}}]
        assert each["Namespace"] == "AWS/Lambda"


def test_metrics_are_made_from_the_log() -> None:
    filters = of_type("Logs::MetricFilter").values()
    made = {
        each["MetricTransformations"][0]["MetricName"]: (
            each["FilterPattern"],
            each["MetricTransformations"][0]["MetricValue"],
        )
        for each in filters
    }
    assert made == {
        "PredictedMalignant": ("{ $.prediction = 1 }", "1"),
        "PredictedBenign": ("{ $.prediction = 0 }", "1"),
        "ClientErrors": ("{ ($.status >= 400) && ($.status < 500) }", "1"),
        "Latency": ("{ $.duration_ms >= 0 }", "$.duration_ms"),
    }
    assert all(each["LogGroupName"] == {"Ref": "LogGroup"} for each in filters)
