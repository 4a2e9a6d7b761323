from benchmarks.rounds import interleave, ratio, spread


def test_measurements_are_interleaved_and_report_progress() -> None:
    called: list[str] = []
    done: list[float] = []

    def measure(name: str) -> int:
        called.append(name)
        return len(called)

    results = interleave({"a": lambda: measure("a"), "b": lambda: measure("b")}, 2, done.append)
    assert called == ["a", "b", "a", "b"]
    assert results == {"a": [1, 3], "b": [2, 4]}
    assert done == [0.25, 0.5, 0.75, 1]


def test_a_ratio_compares_medians() -> None:
    assert ratio([1, 3, 100], [2, 6, 7]) == 0.5


def test_a_spread_is_the_median_with_the_extremes() -> None:
    assert spread([1234.56, 1, 90000], ",.1f") == "1,234.6 (1.0 to 90,000.0)"
