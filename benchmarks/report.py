"""The report ``README.md``, generated from the JSON file of each benchmark."""

import json
import os
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure

from benchmarks.floors import Results, floors, rates
from benchmarks.lambda_functions import SERVICE
from benchmarks.model import SCORECARD
from benchmarks.rounds import ratio, spread
from benchmarks.servers import GRANIAN
from benchmarks.throughput import PREDICT

PACKAGES = (
    *("fastapi", "starlette", "pydantic", "granian", "uvicorn", "h11", "mangum", "awslambdaric"),
    *("scikit-learn", "numpy", "onnxruntime", "skl2onnx"),
)
"""Packages whose versions the report states."""

MEMORY_PLOT = "memory.svg"

_TEMPLATE = Path(__file__).with_name("template.md")


def write_file(
    folder: Path, benchmark: str, run: str, results: Results, *, provisional: bool = False
) -> None:
    """Write the JSON file of a benchmark into ``folder / "results"``, and the report.

    Args:
        folder: Folder of the report.
        benchmark: Name of the benchmark, a key of `SECTIONS`.
        run: Date and time of the run.
        results: Results, serializable as JSON.
        provisional: Whether the results are those of a quick run.
    """
    versions = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    content = {
        "run": run,
        "provisional": provisional,
        "machine": f"{os.cpu_count()} processors, {platform.machine()}, {platform.system()}",
        "versions": f"Python {platform.python_version()}, {versions}",
        "results": results,
    }
    files = folder / "results"
    files.mkdir(parents=True, exist_ok=True)
    text = json.dumps(content, indent=1) + "\n"
    (files / f"{benchmark}.json").write_text(text, encoding="utf-8")
    if benchmark == "reliability":
        with rc_context({"svg.fonttype": "none"}):
            memory_figure(results).savefig(files / MEMORY_PLOT, metadata={"Date": None})
    write_report(folder)


def write_report(folder: Path) -> None:
    """Write the report on the JSON files below ``folder``."""
    (folder / "README.md").write_text(render(read_files(folder)), encoding="utf-8")


def read_files(folder: Path) -> dict[str, Any]:
    """Return the contents of the JSON files below ``folder``, by benchmark."""
    paths = {name: folder / "results" / f"{name}.json" for name in SECTIONS}
    return {
        name: json.loads(path.read_text(encoding="utf-8"))
        for name, path in paths.items()
        if path.exists()
    }


def render(contents: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the report on the contents of the JSON files."""
    sections = dict.fromkeys(SECTIONS, "Not measured.\n")
    for name, content in contents.items():
        sections[name] = f"{SECTIONS[name](content['results'])}\n{_origin(content)}\n"
    limits = _floors({name: content["results"] for name, content in contents.items()})
    return _TEMPLATE.read_text(encoding="utf-8").format(floors=limits, **sections)


def memory_figure(results: Results) -> Figure:
    """Return a plot of the server's memory during the endurance test."""
    memory = results["endurance"]["memory"]
    figure = Figure(figsize=(8, 2.6), layout="constrained")
    axes = figure.subplots()
    axes.plot([done for done, _ in memory], [held / 1e6 for _, held in memory], color="black")
    axes.set_xlim(left=0)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_formatter("{x:,.0f}")
    axes.set_xlabel("requests")
    axes.set_ylabel("resident memory, MB")
    return figure


def _origin(content: Mapping[str, Any]) -> str:
    provisional = "**Provisional: a quick run.** " if content["provisional"] else ""
    return f"{provisional}Run {content['run']}. {content['machine']}. {content['versions']}."


def _table(header: Sequence[str], rows: Iterable[Sequence[str]], words: int = 1) -> str:
    """Return a Markdown table whose first columns, ``words`` of them, are aligned left."""
    lines = [header, ["---"] * words + ["---:"] * (len(header) - words), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def _by_figure(rounds: Sequence[Mapping[str, float]]) -> dict[str, list[float]]:
    return {name: [each[name] for each in rounds] for name in rounds[0]}


def _floors(results: Mapping[str, Results]) -> str:
    rows = []
    for floor in floors(results):
        words = ("at most", floor.maximum) if floor.minimum < 0 else ("at least", floor.minimum)
        met = "yes" if floor.is_met else "**no**"
        rows.append((floor.text, f"{words[0]} {words[1]:,.2f}", f"{floor.figure:,.2f}", met))
    return _table(("Figure", "Limit", "Measured", "Met"), rows)


def _servers(results: Results, reference: Callable[[Mapping[str, Any]], str]) -> str:
    """Return the table of servers; ``reference`` returns what the service runs behind."""
    rows = []
    for server in results["servers"]:
        its = _by_figure(server["rounds"])
        rate = its["requests_per_s"]
        rows.append(
            (
                server["name"],
                server["behind"],
                spread(rate),
                *(f"{median(its[name]):.2f}" for name in ("p50_ms", "p99_ms")),
                f"{median(its['resident_mb']):,.0f}",
                f"{median(its['ready_s']):.1f}",
                f"{sum(its['errors']):,}",
                f"{median(rate) * server['rows']:,.0f}",
                f"{ratio(rates(results, PREDICT, reference(server)), rate):.2f}",
            )
        )
    header = ("Application", "HTTP server", "requests/s", "p50, ms", "p99, ms", "Memory, MB")
    return _table((*header, "Ready, s", "Errors", "rows/s", "`/predict` ÷ it"), rows, words=2)


def _throughput(results: Results) -> str:
    scored = results["csv"]
    return (
        f"{_servers(results, lambda server: str(server['behind']))}\n"
        f"`python -m app score` scores a CSV file of {scored['rows']:,} rows at "
        f"{spread(scored['rows_per_s'])} rows/s, start-up included.\n"
    )


def _peers(results: Results) -> str:
    failures = "".join(
        f"Not measured: {name}: {reason}.\n\n" for name, reason in results["failures"].items()
    )
    versions = ", ".join(results["peers"].values())
    return f"{_servers(results, lambda _: GRANIAN)}\n{failures}Versions: {versions}.\n"


def _model(results: Results) -> str:
    figures = {name: _by_figure(rounds) for name, rounds in results["engines"].items()}
    rows = [
        (
            name,
            *(spread(its["one_us"], ",.2f"), spread(its["all_us"], ",.2f")),
            *(f"{ratio(its[column], figures[SCORECARD][column]):,.1f}" for column in its),
            f"{results['equal_labels'][name]:,} of {results['rows']:,}",
        )
        for name, its in figures.items()
    ]
    header = ("Engine", "One row, µs", "All rows, µs per row", "One row ÷ scorecard")
    return _table((*header, "All rows ÷ scorecard", "Labels equal to scikit-learn's"), rows)


def _cold(results: Results) -> str:
    figures = {name: _by_figure(starts) for name, starts in results["starts"].items()}
    own = figures[SERVICE]["init_ms"]
    rows = [
        (name, *map(spread, its.values()), f"{ratio(own, its['init_ms']):.2f}")
        for name, its in figures.items()
    ]
    header = ("Function", "Initialization, ms", "First response, ms", "Peak memory, MB")
    return _table((*header, "Initialization, service ÷ it"), rows)


def _warm(results: Results) -> str:
    figures = results["microseconds"]
    rows = [
        (name, spread(its, ",.1f"), f"{ratio(figures[SERVICE], its):.2f}")
        for name, its in figures.items()
    ]
    return _table(("Function", "Invocation, µs", "Service ÷ it"), rows)


def _reliability(results: Results) -> str:
    endurance, overload, shutdown, killed = (
        results[test] for test in ("endurance", "overload", "shutdown", "killed_worker")
    )
    total = _total(endurance)
    memory = [held / 1e6 for _, held in endurance["memory"]]
    rows = [
        (f"{total:,} requests to one worker", _statuses(endurance)),
        ("Requests/s", f"{total / endurance['seconds']:,.0f}"),
        ("Processor time of the server", f"{endurance['server_processor']:.0%} of one"),
        ("Processor time of the client", f"{endurance['client_processor']:.0%} of one"),
        ("Memory at the start", f"{memory[0]:.1f} MB"),
        ("Memory after a fifth", f"{memory[len(memory) // 5]:.1f} MB"),
        ("Memory at the end", f"{memory[-1]:.1f} MB"),
        ("Growth after the fifth", f"{endurance['memory_growth']:+,.0f} bytes per 1,000 requests"),
        (
            f"{overload['clients']} connections, {overload['backpressure']} served at once",
            _statuses(overload),
        ),
        (
            f"SIGTERM under load, {shutdown['times']} times",
            f"{shutdown['accepted']:,} requests accepted, {_total(shutdown):,} responses",
        ),
        ("Longest shutdown", f"{shutdown['max_seconds']:.2f} s"),
        (f"`kill -9` of one of two workers, {killed['clients']} connections", _statuses(killed)),
        (
            "The server then exits",
            f"with status {killed['exit_status']} after {killed['exit_s']:.2f} s",
        ),
        ("Started again, it responds", f"after {killed['ready_s']:.2f} s"),
    ]
    violations = "".join(f"\n**Violated: {text}.**\n" for text in results["violations"])
    return _table(("Test", "Result"), rows, words=2) + violations


def _total(test: Mapping[str, Any]) -> int:
    return sum(test["responses"].values())


def _statuses(test: Mapping[str, Any]) -> str:
    statuses = ", ".join(f"{count:,} {name}" for name, count in test["responses"].items())
    return f"{statuses}; {test['wrong']} wrong, {test['lost']} lost"


SECTIONS: Mapping[str, Callable[[Results], str]] = {
    "throughput": _throughput,
    "peers": _peers,
    "model": _model,
    "cold": _cold,
    "warm": _warm,
    "reliability": _reliability,
}
"""The section of each benchmark."""
