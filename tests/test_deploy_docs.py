"""``docs/deploy.md``: what runs offline is run, and of the rest all that can be is checked."""

import hashlib
import hmac
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app.__main__ import HANDLER
from tests.conftest import ROOT
from tests.test_readme import ENVIRONMENT, transcript
from tests.test_template import FUNCTION, PARAMETERS, RESOURCES

DOCS = ROOT / "docs" / "deploy.md"
TEXT = DOCS.read_text(encoding="utf-8")
FENCES = re.findall(r"(?m)^```(\w[^\n]*)\n", TEXT)
OFFLINE = transcript(TEXT)
# What needs AWS or a container engine is marked so, twice: for this test, and for a reader.
MARKED = re.findall(r"```sh (aws|docker)\n(# needs [^\n]*)\n(.*?)\n```\n", TEXT, re.DOTALL)
# The ones that ask a URL and show its answer can ask our own server.
ASKING = re.findall(r"```sh aws\n(# needs AWS\ncurl [^`]*)\n```\n\n```text\n([^`]*)```", TEXT)
HEREDOCS = re.findall(r"^(.*) <<'?EOF'?.*\n((?:.*\n)*?)EOF$", TEXT, re.MULTILINE)
# As the blocks before those set them; the keys are the ones of AWS's own examples.
ASSIGNED = {
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
}
MADE = {"deployment-package.zip", "layer/dependencies.zip", "layer/function.zip", "caller.json"}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project in which nobody has followed the page yet."""
    folder = tmp_path_factory.mktemp("deploy") / "project"
    left = shutil.ignore_patterns(".*", "clf.joblib", "layer", *MADE)
    shutil.copytree(ROOT, folder, ignore=left)
    return folder


def bash(*arguments: str, folder: Path = ROOT, variables: Mapping[str, str] = ASSIGNED) -> str:
    """Return what bash prints, once it has succeeded."""
    ran = subprocess.run(
        ["bash", *arguments],
        cwd=folder,
        env={**ENVIRONMENT, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


class Recorder(BaseHTTPRequestHandler):
    """Keeps the request that it is sent."""

    received: tuple[Message, bytes]

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        Recorder.received = self.headers, self.rfile.read(length)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def signature(headers: Message, body: bytes) -> str:
    """Return what AWS expects a request to /predict to be signed with (Signature Version 4)."""
    found = re.search(r"Credential=\w+/(\S+), *SignedHeaders=(\S+),", headers["authorization"])
    assert found is not None
    scope, names = found.groups()
    assert scope.split("/")[1:] == [ASSIGNED["AWS_REGION"], "lambda", "aws4_request"]
    lines = [f"{name}:{headers[name]}" for name in names.split(";")]
    content = hashlib.sha256(body).hexdigest()
    request = "\n".join(["POST", "/predict", "", *lines, "", names, content])
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{ASSIGNED['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signed = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest])
    return hmac.digest(key, signed.encode(), "sha256").hex()


@pytest.mark.parametrize(("command", "shown"), OFFLINE)
def test_a_command_gives_the_output_shown(command: str, shown: str, clone: Path) -> None:
    command = command.replace(".venv/bin/", f"{sys.prefix}/bin/")
    assert bash("-c", command, folder=clone).splitlines() == shown.splitlines()


def test_every_block_is_run_or_says_what_it_needs() -> None:
    assert set(FENCES) == {"sh", "sh aws", "sh docker", "text"}
    assert FENCES.count("sh") == len(OFFLINE) == sum(bool(shown) for _, shown in OFFLINE)
    assert FENCES.count("text") == len(OFFLINE) + len(ASKING)
    assert FENCES.count("sh aws") + FENCES.count("sh docker") == len(MARKED)
    for kind, said, block in MARKED:
        needs_docker = re.search(r"(?m)(^|\| )docker |=1 docker ", block) is not None
        assert said == {
            ("aws", False): "# needs AWS",
            ("aws", True): "# needs AWS and docker",
            ("docker", True): "# needs docker",
        }.get((kind, needs_docker)), block


def test_no_block_without_a_mark_calls_aws_or_a_container_engine() -> None:
    assert not [block for block, _ in OFFLINE if re.search(r"\b(aws|docker)\b", block)]


@pytest.mark.parametrize("block", [block for _, _, block in MARKED])
def test_a_marked_block_is_a_shells(block: str) -> None:
    bash("-n", "-c", block)


@pytest.mark.parametrize(("command", "shown"), ASKING)
def test_a_request_to_a_url_is_answered_as_shown(command: str, shown: str, address: str) -> None:
    variables = {**ASSIGNED, "url": f"{address}/"}
    assert bash("-c", command, variables=variables).splitlines() == shown.splitlines()


@pytest.mark.parametrize("token", ["A+temporary/token==", ""], ids=["temporary", "long-lived"])
def test_the_signed_request_has_the_signature_that_aws_computes(token: str) -> None:
    command = ASKING[0][0]
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.timeout = 10
        Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        bash("-c", command, variables={**ASSIGNED, "AWS_SESSION_TOKEN": token, "url": url})
    headers, body = Recorder.received
    assert headers.get("x-amz-security-token", "") == token
    assert headers["authorization"].endswith(f"Signature={signature(headers, body)}")


def test_both_kinds_of_request_to_a_url_are_asked() -> None:
    assert ["--aws-sigv4" in command for command, _ in ASKING] == [True, False]


def test_documents_in_commands_are_sound() -> None:
    documents = dict(HEREDOCS)
    assert set(documents) == {"cat > caller.json", 'python3 - "$url" "$AWS_REGION"'}
    compile(documents['python3 - "$url" "$AWS_REGION"'], DOCS, "exec")
    [trust] = re.findall(r"--assume-role-policy-document '(.*?)'", TEXT, re.DOTALL)
    assert json.loads(trust) == RESOURCES["Role"]["Properties"]["AssumeRolePolicyDocument"]


def test_a_caller_is_given_both_permissions_on_the_alias_alone() -> None:
    policy = json.loads(dict(HEREDOCS)["cat > caller.json"])
    permission = {
        each["Action"]: (each["Resource"], each["Condition"]) for each in policy["Statement"]
    }
    auth_type = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    via_url = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    assert permission == {
        "lambda:InvokeFunctionUrl": ("$alias", auth_type),
        "lambda:InvokeFunction": ("$alias", via_url),
    }


def test_every_parameter_is_one_of_the_templates() -> None:
    overridden = re.findall(r"--parameter-overrides (\w+)=", TEXT)
    mentioned = re.findall(r"`([A-Z]\w+)=[\w-]+`", TEXT)
    assert len(overridden) == TEXT.count("--parameter-overrides")
    assert {"ImageUri", "AuthType", "AlarmTopicArn", "ApiKeys"} == set(overridden)
    assert set(mentioned) < set(PARAMETERS)
    assert {"SnapStart", "ReservedConcurrency", "Architecture"} < set(mentioned)


def test_every_alarm_and_metric_is_one_of_the_templates() -> None:
    [metrics, alarms] = (
        re.findall(rf"(?m)^\| `(\w+)`(?:, `(\w+)`)? \|.*{last} \|$", TEXT)
        for last in ("(?:units|changed|part)", "(?:back\\)|calls|CPU)")
    )
    kind = "MetricTransformations"
    made = {
        each["Properties"][kind][0]["MetricName"]
        for each in RESOURCES.values()
        if kind in each["Properties"]
    }
    ringing = {name for name, each in RESOURCES.items() if each["Type"].endswith("::Alarm")}
    assert {name for row in metrics for name in row if name} == made
    assert {name for row in alarms for name in row if name} == ringing


def test_the_zips_function_has_the_limits_of_the_images() -> None:
    for option in (
        f"--handler {HANDLER}",
        f"--memory-size {PARAMETERS['MemorySize']['Default']}",
        f"--timeout {FUNCTION['Timeout']}",
        f"--snap-start ApplyOn={PARAMETERS['SnapStart']['Default']}",
        f"--reserved-concurrent-executions {PARAMETERS['ReservedConcurrency']['Default']}",
        f"--retention-in-days {PARAMETERS['LogRetentionDays']['Default']}",
        f"LogFormat={FUNCTION['LoggingConfig']['LogFormat']}",
        f"SystemLogLevel={PARAMETERS['SystemLogLevel']['Default']}",
    ):
        assert option in TEXT


def test_the_costs_are_those_of_the_templates_defaults() -> None:
    assert f"# per GB-second; {PARAMETERS['MemorySize']['Default']} MB" in TEXT
    # Lambda takes ten requests a second for each that may be in progress.
    most = 10 * PARAMETERS["ReservedConcurrency"]["Default"]
    assert f"called {most} times a second" in TEXT


def test_every_file_exists_or_is_made_by_the_page() -> None:
    named = set(re.findall(r"(?:fileb?://|--template-file )([\w./-]+)", TEXT))
    assert named == {"template.yaml", *MADE}
    assert (ROOT / "template.yaml").exists()
    removed = re.findall(r"(?m)^rm -rf (.*)$", TEXT)[0].split()
    assert {name.partition("/")[0] for name in MADE} <= set(removed)
