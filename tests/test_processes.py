"""Processes that tests start end with the tests."""

import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil

from tests.processes import start

SLEEP = "import time; print('ready', flush=True); time.sleep(600)"
PARENT = f"""
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", {SLEEP!r}], stdout=subprocess.PIPE)
child.stdout.readline()
print(os.getpid(), child.pid, flush=True)
time.sleep(600)
"""


def pids(process: "subprocess.Popen[str]") -> list[int]:
    """Return the ids that ``process`` prints, of itself and of its child."""
    assert process.stdout is not None
    return [int(pid) for pid in process.stdout.readline().split()]


def assert_ended(pids: Sequence[int]) -> None:
    end = time.monotonic() + 20
    for pid in pids:
        with suppress(psutil.NoSuchProcess):
            while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                assert time.monotonic() < end, f"{pid} still runs"
                time.sleep(0.02)


def test_ends_a_process_and_its_children_when_the_block_fails() -> None:
    command = [sys.executable, "-c", PARENT]
    with suppress(ZeroDivisionError), start(command, stdout=subprocess.PIPE) as process:
        started = pids(process)
        assert len(started) == 2
        assert psutil.pid_exists(started[1])
        raise ZeroDivisionError
    assert_ended(started)


def test_ends_all_processes_of_a_killed_run() -> None:
    script = f"""
from tests.processes import kill_descendants_at_exit, start
kill_descendants_at_exit()
exec({PARENT!r}.replace("stdout=", "start_new_session=True, stdout="))
"""
    with start([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        run, child = pids(process)
        process.kill()
        process.wait(timeout=20)
        assert_ended([run, child])


def test_interrupts_work_in_a_background_run() -> None:
    script = f"""
import subprocess, sys
from tests.processes import accept_interrupts
accept_interrupts()
sys.exit(subprocess.run([sys.executable, "-c", {SLEEP!r}]).returncode)
"""
    background = ["sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, script]
    with start(background, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        [child] = psutil.Process(process.pid).children()
        child.send_signal(signal.SIGINT)
        assert process.wait(timeout=20) == 256 - signal.SIGINT
