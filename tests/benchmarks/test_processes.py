import os
import subprocess

from benchmarks.processes import descendants, peak_resident_mb, processor_seconds, resident_bytes
from tests.processes import start


def test_running_process_has_memory_and_processor_time() -> None:
    assert 5e6 < resident_bytes(os.getpid()) <= peak_resident_mb(os.getpid()) * 1e6
    assert processor_seconds(os.getpid()) > 0.1


def test_descendants_include_grandchildren() -> None:
    with start(["sh", "-c", "sleep 60 & echo $!; wait"], stdout=subprocess.PIPE) as shell:
        assert shell.stdout is not None
        sleep = int(shell.stdout.readline())
        assert descendants(shell.pid) == [sleep]
        assert {shell.pid, sleep} <= set(descendants(os.getpid()))
    assert descendants(shell.pid) == []
    assert resident_bytes(shell.pid) == processor_seconds(shell.pid) == 0
