"""Our service beside others that serve the same estimator: ``python -m benchmarks.peers``.

Each peer gets an environment of its own, the first time. Then all servers are measured in turn,
round after round, one alive at a time, and ours and its limits among them. A peer that can't be
installed or started, or that answers wrongly, is reported.
"""

import argparse
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx
from tqdm import tqdm

from benchmarks.contenders import HELLO, OURS, RAW, TUTORIAL, Contender, WrongAnswer
from benchmarks.peers.peer import CannotBeMeasured, Peer
from benchmarks.peers.questions import labels, named, questions
from benchmarks.peers.roster import PEERS
from benchmarks.report import write
from benchmarks.serving import ROOT
from benchmarks.throughput import Load, Trial
from benchmarks.wrk import WrkMissing, wrk

_TROUBLES = (CannotBeMeasured, WrongAnswer, RuntimeError, TimeoutError, httpx.TransportError)


@dataclass(frozen=True)
class Turns:
    """How servers are measured.

    Attributes:
        rounds: How often each has its turn.
        seconds: How long it is asked over each number of connections.
        load: What asks.
    """

    rounds: int
    seconds: int
    load: Load


def ours_and_limits() -> list[Contender]:
    """Return our service, and what this repository has to measure it by."""
    asked = questions("/predict", named, lambda answer: answer["prediction"])
    return [replace(OURS, questions=asked), HELLO, RAW, replace(TUTORIAL, questions=asked)]


def installed(
    peers: Iterable[Peer], folder: Path, troubles: dict[str, str]
) -> Mapping[str, Contender]:
    """Return the peers that can be started; why the others can't goes into ``troubles``."""
    found = {}
    for peer in peers:
        try:
            found[peer.name] = peer.ready(folder)
        except CannotBeMeasured as trouble:
            troubles[peer.name] = str(trouble)
    return found


def compare(
    peers: Sequence[Peer],
    own: Sequence[Contender],
    folder: Path,
    turns: Turns,
) -> dict[str, Any]:
    """Measure ``peers``, whose environments are in ``folder`` or come to be, beside our ``own``."""
    troubles: dict[str, str] = {}
    theirs = installed(peers, folder, troubles)
    trials = [Trial(each) for each in (*own, *theirs.values())]
    found = take_turns(trials, theirs, turns, troubles)
    return {
        "seconds": turns.seconds,
        "rounds": turns.rounds,
        "observations": len(labels()),
        "trials": [
            {"name": name, "workers": 1, "rows": 1, "rounds": each}
            for name, each in found.items()
            if name not in troubles
        ],
        "versions": {peer.name: peer.version for peer in peers},
        "troubles": troubles,
    }


def take_turns(
    trials: Sequence[Trial], theirs: Collection[str], turns: Turns, troubles: dict[str, str]
) -> dict[str, list[Any]]:
    """Return, by server, what was found in each round.

    Args:
        trials: The servers, in their order.
        theirs: The names of those that may fail, and then have no more turns.
        turns: How often and how long.
        troubles: Where it goes why one has failed.
    """
    found: dict[str, list[Any]] = {trial.contender.name: [] for trial in trials}
    for trial in tqdm([*trials] * turns.rounds, desc="servers measured"):
        name = trial.contender.name
        if name in troubles:
            continue
        try:
            found[name].append(trial.measure(turns.seconds, turns.load))
        except _TROUBLES as trouble:
            if name not in theirs:
                raise
            troubles[name] = _in_words(trouble, name)
    return found


def _in_words(trouble: Exception, name: str) -> str:
    if isinstance(trouble, httpx.TransportError):
        return f"{name} broke off while it was asked"
    return str(trouble)


def main(
    arguments: Sequence[str] | None = None,
    peers: Sequence[Peer] = PEERS,
    own: Callable[[], Sequence[Contender]] = ours_and_limits,
    load: Load = wrk,
) -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peers")
    parser.add_argument("--rounds", type=int, default=3, help="in which each takes its turn")
    parser.add_argument("--seconds", type=int, default=3, help="of load for each figure")
    parser.add_argument("--output", type=Path, default=ROOT / "benchmarks")
    parser.add_argument("--environments", type=Path, default=ROOT / ".venv" / "peers")
    options = parser.parse_args(arguments)
    turns = Turns(options.rounds, options.seconds, load)
    try:
        results = compare(peers, own(), options.environments.absolute(), turns)
    except WrkMissing as missing:
        parser.exit(1, f"{missing}\n")
    print(write(options.output, "peers", results))


if __name__ == "__main__":
    main()
