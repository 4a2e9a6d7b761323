"""What the throughput benchmark found, as a section of ``benchmarks/README.md`` and plots."""

from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.growth import exponent, shape
from benchmarks.throughput_plots import draw_growth, draw_rates
from benchmarks.throughput_results import (
    HELLO,
    OURS,
    Results,
    Trial,
    batches,
    connections,
    figures,
    middle,
    rates,
    ratios,
    spread,
    trial,
    trials,
)

PACKAGES = ("fastapi", "pydantic", "uvicorn", "uvloop", "httptools", "scikit-learn")
"""The packages on which these figures depend."""

FOUND = """
### What made it quick, and what is left

Called in a loop in one process, FastAPI's hello-world takes 62 µs a request, and the service
took 68. It takes 14 now, 2 of them for its log line. Found with a sampling profiler (py-spy)
and by leaving out one part after the other:

- An ordinary route makes objects of headers, reads the body through generators, parses it in
  Python before Pydantic sees it, opens two exit stacks, and validates its own answer. A route
  of ours reads, has Pydantic parse and validate the bytes at once, calls its endpoint and sends
  (`app/route.py`): 26 µs less. There are only two predictions, so they are serialised beforehand.
- On the way to a route are FastAPI's exception handlers, one more exit stack and the search
  through all routes, 7 µs, which a shortcut leaves out; and three layers that are switched off or
  come second, 3 µs.
- A log line was a `LogRecord`, a formatter and a handler: 12 µs. Most lines differ only in their
  time, duration and id, so the rest of them is kept.
- What is unusual about an observation was worded anew each time: 3.6 µs, now 1.1.
- A row of a batch was made an object, judged, worded and counted: 10 µs. It is validated as the
  five values that it is, in one call with all others, and where nothing but its label is asked
  for, nothing else is worked out: 2 µs. Garbage is not looked for meanwhile.
- Under uvicorn a request takes four times as long, nearly half of which is the echo's own time:
  receiving, parsing, two writes of an answer. Each of the five headers that make an answer
  safe costs half a microsecond there, and what is quick in a loop takes twice as long with cold
  caches. Sending an answer's head and body in one write was tried, and gained nothing that could
  be measured.
- 0.45 of the echo is what was hoped for, and what comes out is about that: 0.38 to 0.48 in the
  rounds of five runs, as busy as the machine's neighbours were. Of the 33 µs above the echo's, the
  log line has 6, the observation's judgement 8, the safe headers 3, and FastAPI's and Starlette's
  layers with the send through them 5: leaving out the line or the headers would move it.
"""
"""What profiling the serving path found, and what stands in the way of more."""

_USUAL = 16  # connections
_HEADS = (
    "Server", "requests/s", "rows/s", "p50, ms", "p99, ms", "Memory, MB", "Errors",
    "`/predict` ÷ this",
)  # fmt: skip


def render(content: Mapping[str, Any]) -> str:
    """Return the section about ``content``, as it is in ``throughput.json``."""
    results = content["results"]
    tables = [_table(results, 1, number) for number in (_USUAL, 1, 64)]
    return _TEXT.format(
        **content["machine"],
        seconds=results["seconds"],
        rounds=len(results["batches"]),
        one_worker="\n".join(tables),
        two_workers="\n".join(_table(results, 2, number) for number in (_USUAL, 64)),
        rows=results["scorer"]["rows"],
        scorer=spread(results["scorer"]["rows_per_s"]),
        growth=_growth(results),
        found=f"\n{FOUND.strip()}\n" if FOUND else "",
    )


def draw(path: Path, results: Results) -> None:
    """Draw who answers how much into ``path``, and what grows how beside it."""
    draw_rates(path, results, _USUAL)
    draw_growth(path.with_stem(f"{path.stem}_growth"), results)


def _table(results: Results, workers: int, number: int) -> str:
    title = f"{_counted(workers, 'worker')}, {_counted(number, 'connection')}"
    lines = [f"### {title}", "", f"| {' | '.join(_HEADS)} |"]
    lines.append("| --- |" + " ---: |" * (len(_HEADS) - 1))
    ours = trial(results, OURS, workers)
    lines += [_line(each, ours, number) for each in trials(results, workers, number)]
    return "\n".join([*lines, ""])


def _line(each: Trial, ours: Trial, number: int) -> str:
    errors = sum(sum(figures(each, number, kind)) for kind in ("refused", "broken", "late"))
    cells = (
        each["name"],
        spread(figures(each, number, "requests_per_s")),
        f"{median(rates(each, number)):,.0f}",
        _digits(middle(each, number, "p50_ms")),
        _digits(middle(each, number, "p99_ms")),
        f"{middle(each, number, 'resident_mb'):,.0f}",
        f"{errors:,}",
        spread(ratios(ours, each, number), ".2f"),
    )
    return f"| {' | '.join(cells)} |"


def _growth(results: Results) -> str:
    ours, hello = (trial(results, name) for name in (OURS, HELLO))
    rows = batches(results)
    told = []
    for name, one in (("`/predict`", ours), ("hello-world", hello)):
        numbers = connections(one)
        answers = {float(each): middle(one, each, "requests_per_s") for each in numbers}
        times = {float(each): middle(one, each, "p50_ms") for each in numbers}
        told += [
            _grows(f"{name}: requests/s", "workers", _by_workers(results, one), (1, 2)),
            _grows(f"{name}: requests/s", "connections", answers, (16, 256)),
            _grows(f"{name}: p50, ms", "connections", times, (16, 256)),
        ]
    told += [
        _grows("`/predict/batch`: ms", "rows", rows, limits)
        for limits in ((1, 10), (1000, max(rows)))
    ]
    return "\n".join(told)


def _by_workers(results: Results, one: Trial) -> dict[float, float]:
    two = trial(results, one["name"], 2)
    return {float(each["workers"]): middle(each, _USUAL, "requests_per_s") for each in (one, two)}


def _grows(what: str, by: str, points: Mapping[float, float], limits: tuple[float, float]) -> str:
    least, most = limits
    fitted = {given: found for given, found in points.items() if least <= given <= most}
    power = exponent(fitted)
    cells = (
        what,
        f"{by}, {least:,.0f} to {most:,.0f}",
        f"{_digits(fitted[least])} to {_digits(fitted[most])}",
        f"{power:.2f}",
        shape(power),
    )
    return f"| {' | '.join(cells)} |"


def _digits(number: float) -> str:
    """Return a number with three digits, or all before the point."""
    decimals = next((places for places, limit in ((2, 10), (1, 100)) if number < limit), 0)
    return f"{number:,.{decimals}f}"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'s' * (number != 1)}"


_TEXT = """
## Throughput

*ours* is `python -m app` as it is delivered, with its log on. *FastAPI's hello-world* takes
the same five numbers and looks at none; *raw ASGI* is an application by hand that answers a
constant; both stand behind the same uvicorn, without a log. *tutorial* unpickles the
scikit-learn estimator and calls `predict` in a `def` endpoint. The load is Debian's wrk, with
one thread: each connection asks again as soon as it has its answer. {seconds} s for each figure,
after a warm-up; the servers in turn, in {rounds} rounds, one alive at a time; answers checked
before and after. Medians, with the smallest and largest; `÷` is of rows/s in the same round.
Memory is the resident one of all processes of a server, after the load.

{one_worker}
{two_workers}
Two workers take their connections from one socket, as it happens, so that one of them may have
nearly all; and wrk needs a processor, too.

![Observations answered in a second](throughput.svg)

Of a CSV of {rows:,} rows, `python -m app score` wrote so many a second, its start included:
{scorer}.

### Growth

The exponent is that of the power law through the points: 0 is flat, 1 is linear.

| What | with | from, to | Exponent | Shape |
| --- | --- | --- | ---: | --- |
{growth}

![What grows with workers, connections and rows](throughput_growth.svg)
{found}
Measured on {date} with `make bench`. {machine}. {versions}.
"""
