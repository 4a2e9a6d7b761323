import re
from pathlib import Path
from typing import Literal

import pytest

from benchmarks.turns import draw, ratio, spread, take_turns


def test_each_is_called_in_turn_and_the_round_that_warms_up_is_left_out() -> None:
    called: list[str] = []

    def measured(name: str) -> float:
        called.append(name)
        return len(called)

    found = take_turns({"a": lambda: measured("a"), "b": lambda: measured("b")}, 2, "rounds")
    assert called == ["a", "b"] * 3
    assert found == {"a": [3, 5], "b": [4, 6]}


def test_a_spread_is_the_median_between_the_extremes() -> None:
    assert spread([1234.56, 1, 90000], 1) == "1,234.6 (1.0 to 90,000.0)"


def test_a_ratio_is_that_of_the_medians() -> None:
    assert ratio({"a": [1, 3, 100], "b": [2, 6, 7]}, "a", "b") == 0.5


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_every_figure_is_a_mark(scale: Literal["linear", "log"], tmp_path: Path) -> None:
    panels = {"seconds": {"a": [1.0, 2.0], "b": [40.0]}, "metres": {"c": [3.0, 3.5, 4.0]}}
    draw(tmp_path / "plot.svg", panels, scale)
    drawn = (tmp_path / "plot.svg").read_text()
    assert all(f">{words}</text>" in drawn for words in ("seconds", "metres", "a", "b", "c"))
    marks = re.findall(r'<g clip-path="[^"]*">\n(.*?)</g>', drawn, re.DOTALL)
    assert [each.count("<use ") for each in marks] == [2, 1, 3]
