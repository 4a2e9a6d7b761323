"""``docs/deploy.md``: offline commands are run, the others checked as far as possible."""

import hashlib
import hmac
import json
import os
import re
import shutil
import subprocess
import sys
from email.message import Message
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from app.middleware.request_log import FIELDS
from deployment.emulator import RUNTIME
from deployment.package import Target, build
from tests.conftest import ROOT
from tests.test_template import FUNCTION, PARAMETERS, RESOURCES

PAGE = ROOT / "docs" / "deploy.md"
TEXT = PAGE.read_text(encoding="utf-8")
FENCES = re.findall(r"(?m)^```(\w[^\n]*)\n", TEXT)
OFFLINE = re.findall(r"```sh\n(.*?)\n```\n\n```text\n(.*?)```", TEXT, re.DOTALL)
# Blocks that need AWS or a container engine: the fence's mark, the comment and the commands.
ONLINE = re.findall(r"```sh (aws|docker)\n(# needs [^\n]*)\n(.*?)\n```\n", TEXT, re.DOTALL)
# Requests whose response is shown; the tests' own server can respond.
REQUESTS = re.findall(r"```sh aws\n(# needs AWS\ncurl [^`]*)\n```\n\n```text\n([^`]*)```", TEXT)
HEREDOCS = dict(re.findall(r"^(.*) <<'?EOF'?.*\n((?:.*\n)*?)EOF$", TEXT, re.MULTILINE))
OBSERVATION = re.findall(r"(?m)^observation='(.*)'$", TEXT)[0]
# The credentials of AWS's own examples.
VARIABLES = {
    "observation": OBSERVATION,
    "AWS_REGION": "eu-central-1",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "token",
}
CREATED = {"deployment-package.zip", "layer/dependencies.zip", "layer/function.zip", "caller.json"}


def bash(*arguments: str, folder: Path = ROOT, **variables: str) -> str:
    """Run bash as outside of ``make``; return its output."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("MAKE")}
    process = subprocess.run(
        ["bash", *arguments],
        cwd=folder,
        env={**environment, **VARIABLES, **variables},
        capture_output=True,
        text=True,
        check=False,
    )
    assert process.returncode == 0, process.stdout + process.stderr
    return process.stdout


class Recorder(BaseHTTPRequestHandler):
    """Keeps the last request."""

    received: tuple[Message, bytes]

    def do_POST(self) -> None:
        length = int(self.headers["content-length"])
        Recorder.received = self.headers, self.rfile.read(length)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Log nothing."""


def signature(headers: Message, body: bytes) -> str:
    """Return the AWS Signature Version 4 of a POST to /predict."""
    match = re.search(r"Credential=\w+/(\S+), *SignedHeaders=(\S+),", headers["authorization"])
    assert match is not None
    scope, names = match.groups()
    assert scope.split("/")[1:] == [VARIABLES["AWS_REGION"], "lambda", "aws4_request"]
    lines = [f"{name}:{headers[name]}" for name in names.split(";")]
    content = hashlib.sha256(body).hexdigest()
    request = "\n".join(["POST", "/predict", "", *lines, "", names, content])
    digest = hashlib.sha256(request.encode()).hexdigest()
    key = f"AWS4{VARIABLES['AWS_SECRET_ACCESS_KEY']}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signed = "\n".join(["AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest])
    return hmac.digest(key, signed.encode(), "sha256").hex()


def sizes(text: str) -> tuple[str, list[float]]:
    """Split sizes in MB, which the zlib version affects, from the rest of ``text``."""
    pattern = r"\d+\.\d(?= MB)"
    return re.sub(pattern, "#", text), [float(size) for size in re.findall(pattern, text)]


def test_offline_commands_print_the_output_shown(tmp_path: Path) -> None:
    # In order and in one clone: later commands need the files of earlier ones.
    clone = tmp_path / "My Projekt ü"
    shutil.copytree(
        ROOT, clone, ignore=shutil.ignore_patterns(".*", "clf.joblib", "layer", *CREATED)
    )
    (clone / ".venv").symlink_to(sys.prefix)
    assert len(OFFLINE) == 4
    for command, shown in OFFLINE:
        (text, printed), (expected, numbers) = (
            sizes(bash("-c", command, folder=clone)),
            sizes(shown),
        )
        assert text.splitlines() == expected.splitlines()
        assert printed == pytest.approx(numbers, rel=0.05)
    build(tmp_path / "again.zip", Target())
    again = (tmp_path / "again.zip").read_bytes()
    assert (clone / "deployment-package.zip").read_bytes() == again, "it is reproducible"


def test_every_block_is_run_or_names_its_requirements() -> None:
    assert set(FENCES) == {"sh", "sh aws", "sh docker", "text"}
    assert FENCES.count("sh") == len(OFFLINE)
    assert FENCES.count("text") == len(OFFLINE) + len(REQUESTS)
    assert FENCES.count("sh aws") + FENCES.count("sh docker") == len(ONLINE)
    assert not [block for block, _ in OFFLINE if re.search(r"\b(aws|docker)\b", block)]
    for mark, comment, block in ONLINE:
        needs_docker = re.search(r"(?m)(^|\| )docker |=1 docker ", block) is not None
        assert comment == {
            ("aws", False): "# needs AWS",
            ("aws", True): "# needs AWS and docker",
            ("docker", True): "# needs docker",
        }.get((mark, needs_docker)), block


@pytest.mark.parametrize("block", [block for _, _, block in ONLINE])
def test_online_blocks_are_valid_bash(block: str) -> None:
    bash("-n", "-c", block)


@pytest.mark.parametrize(("command", "shown"), REQUESTS, ids=["signed", "unsigned"])
def test_requests_get_the_response_shown(command: str, shown: str, address: str) -> None:
    assert ("--aws-sigv4" in command) == (command == REQUESTS[0][0])
    assert bash("-c", command, url=f"{address}/").splitlines() == shown.splitlines()


def test_the_direct_invocation_sends_the_observation() -> None:
    [payload] = re.findall(r"--payload (\"\{.*observation.*\}\")", TEXT)
    assert json.loads(json.loads(bash("-c", f"echo {payload}"))["body"]) == json.loads(OBSERVATION)


@pytest.mark.parametrize("token", ["A+temporary/token==", ""], ids=["temporary", "long-lived"])
def test_the_signed_request_has_the_signature_of_aws(token: str) -> None:
    with HTTPServer(("127.0.0.1", 0), Recorder) as server:
        server.timeout = 10
        Thread(target=server.handle_request, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/"
        bash("-c", REQUESTS[0][0], AWS_SESSION_TOKEN=token, url=url)
    headers, body = Recorder.received
    assert headers.get("x-amz-security-token", "") == token
    assert headers["authorization"].endswith(f"Signature={signature(headers, body)}")


def test_embedded_documents_are_valid() -> None:
    [python] = [command for command in HEREDOCS if command.startswith("python3 - ")]
    compile(HEREDOCS[python], PAGE, "exec")
    [trust] = re.findall(r"--assume-role-policy-document '(.*?)'", TEXT, re.DOTALL)
    assert json.loads(trust) == RESOURCES["Role"]["Properties"]["AssumeRolePolicyDocument"]


def test_a_caller_gets_only_the_two_permissions_on_the_alias() -> None:
    statements = json.loads(HEREDOCS["cat > caller.json"])["Statement"]
    auth_type = {"StringEquals": {"lambda:FunctionUrlAuthType": "AWS_IAM"}}
    via_url = {"Bool": {"lambda:InvokedViaFunctionUrl": "true"}}
    assert [(each["Action"], each["Resource"], each["Condition"]) for each in statements] == [
        ("lambda:InvokeFunctionUrl", "$alias", auth_type),
        ("lambda:InvokeFunction", "$alias", via_url),
    ]


def test_parameters_alarms_and_metrics_are_the_templates() -> None:
    deployed = re.findall(r"(?m)^deploy (\w+)=", TEXT)
    assert set(deployed) == {"ImageUri", "AuthType", "AlarmTopicArn", "ApiKeys"}
    mentioned = set(re.findall(r"`([A-Z]\w+)=[\w-]+`", TEXT))
    assert mentioned == {
        "SnapStart",
        "ReservedConcurrency",
        "Architecture",
        "AuthType",
        "SystemLogLevel",
    }
    assert mentioned | set(deployed) < set(PARAMETERS)

    def of_type(kind: str) -> list[str]:
        return [name for name, each in RESOURCES.items() if each["Type"].endswith(f"::{kind}")]

    transformations = [
        RESOURCES[name]["Properties"]["MetricTransformations"] for name in of_type("MetricFilter")
    ]
    metrics, alarms = (
        re.findall(r"`(\w+)`", re.sub(r"\|[^|\n]*\|[^|\n]*\|\n", "", table))
        for table in re.findall(r"\| (?:Metric|Alarm) \|.*\n\|[- |]*\n((?:\|.*\n)*)", TEXT)
    )
    assert metrics == [each["MetricName"] for [each] in transformations]
    assert alarms == of_type("Alarm")


def test_every_field_of_the_request_log_is_documented() -> None:
    [table] = re.findall(r"\| Field \|.*\n((?:\|.*\n)*)", TEXT)
    cells = re.findall(r"(?m)^\|([^|]*)\|", table)
    assert sorted(re.findall(r"`(\w+)`", "".join(cells))) == sorted(FIELDS)


def test_the_zips_function_has_the_images_limits() -> None:
    for option in (
        f"--handler {RUNTIME[-1]}",
        f"--memory-size {PARAMETERS['MemorySize']['Default']}",
        f"--timeout {FUNCTION['Timeout']}",
        f"--snap-start ApplyOn={PARAMETERS['SnapStart']['Default']}",
        f"--reserved-concurrent-executions {PARAMETERS['ReservedConcurrency']['Default']}",
        f"--retention-in-days {PARAMETERS['LogRetentionDays']['Default']}",
        f"LogFormat={FUNCTION['LoggingConfig']['LogFormat']}",
        f"SystemLogLevel={PARAMETERS['SystemLogLevel']['Default']}",
    ):
        assert option in TEXT


def test_the_cost_is_that_of_the_templates_defaults() -> None:
    assert f"# per GB-second; {PARAMETERS['MemorySize']['Default']} MB" in TEXT
    # Lambda accepts ten requests per second for each concurrent one.
    maximum = 10 * PARAMETERS["ReservedConcurrency"]["Default"]
    assert f"called {maximum} times per second" in TEXT


def test_every_file_exists_or_is_created_by_the_page() -> None:
    named = set(
        re.findall(r"(?:fileb?://|--template-file |^release )([\w./-]+)", TEXT, re.MULTILINE)
    )
    assert named == {"template.yaml", *CREATED}
    removed = re.findall(r"(?m)^rm -rf (.*)$", TEXT)[0].split()
    assert {name.partition("/")[0] for name in CREATED} <= set(removed)
