"""CSV files: chosen or dropped, scored in chunks, sorted and downloaded."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import BrowserLog
from tests.browser.page_objects import ClinicianPage
from tests.browser.samples import (
    EXAMPLES,
    HEADER,
    INVALID_ROWS,
    SCANS,
    VALID_ROWS,
    csv,
    csv_file,
    scan,
    scored,
)

REJECTED_FILES = {
    "its header has no column for: mean concave points, worst radius, ": b"%PDF-1.7\nhello",
    "its header has no column for: ": b"",
    "The file is not UTF-8 text. In a spreadsheet, save it as ": bytes(range(256)),
    "it already has output columns: reason.": f"{HEADER},reason\n".encode(),
    "Row 2 has a quote that is not closed.": f'{HEADER}\n1,"2'.encode(),
    "The file has more than 10 MB. Split it into several files.": b"\n" * 10_000_001,
}
MAX_BLOCKED = 400
"""Milliseconds. The longest task takes about 100, but the processor may be busy."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return csv_file(tmp_path, 1200)


def test_page_stays_responsive(
    clinician: ClinicianPage, browser_log: BrowserLog, tmp_path: Path
) -> None:
    file = csv_file(tmp_path, 10_000)
    clinician.page.evaluate(
        """() => { window.blocked = []; new PerformanceObserver((list) =>
        window.blocked.push(...list.getEntries().map((each) => each.duration))
        ).observe({ type: "longtask", buffered: false }); }"""
    )
    clinician.choose_csv(file)
    clinician.fill(EXAMPLES["benign"])
    clinician.expect_scored(10_000)
    assert max(clinician.page.evaluate("window.blocked"), default=0) < MAX_BLOCKED
    expect(clinician.status).to_contain_text("100 rejected.")
    assert clinician.values() == EXAMPLES["benign"]
    assert clinician.download() == scored(file)
    assert sum(url.endswith("/explain/batch") for url in browser_log.requests) > 10


def test_rejected_rows_come_first_and_others_open(
    site_clinician: ClinicianPage, file: Path
) -> None:
    site_clinician.choose_csv(file)
    site_clinician.expect_scored(1200)
    expect(site_clinician.rows).to_have_count(50)
    expect(site_clinician.rejected_rows).to_have_count(12)
    for row, error in zip(site_clinician.rows.all(), [*INVALID_ROWS.values()] * 2, strict=False):
        expect(row).to_contain_text(error)
        expect(row).to_contain_text("rejected")
    expect(site_clinician.status).to_contain_text("12 rejected.")
    assert site_clinician.download() == scored(file)
    site_clinician.button("Show row 4").click()
    expect(site_clinician.decision).to_have_text("Refer to a person")
    assert site_clinician.values() == scan("refer")


@pytest.mark.parametrize(("area", "hint"), [("n/a", False), ('"677,9"', True)])
def test_decimal_comma_hint(clinician: ClinicianPage, area: str, *, hint: bool) -> None:
    clinician.choose_csv(f"{HEADER}\n1,2,0.03821,14.97,24.64,{area},0.1015\n")
    clinician.expect_scored(1)
    assert ("have decimal commas" in clinician.status.inner_text()) is hint


def test_sorts_and_turns_pages(clinician: ClinicianPage) -> None:
    page, rows = clinician.page, clinician.rows
    clinician.choose_csv(csv(220))
    clinician.expect_scored(220)
    column = page.locator(".rows th").all_inner_texts().index("Worst radius")
    header = page.get_by_role("columnheader", name="Worst radius")
    for order, (first, last) in {
        "ascending": ("12.84", "25.38"),
        "descending": ("25.38", "12.84"),
    }.items():
        header.get_by_role("button").click()
        expect(header).to_have_attribute("aria-sort", order)
        expect(clinician.rejected_rows).to_have_count(2)
        expect(rows.nth(2).locator("td").nth(column)).to_have_text(first)
        while clinician.button("Next").is_enabled():
            clinician.button("Next").click()
        expect(rows.last.locator("td").nth(column)).to_have_text(last)
    expect(page.get_by_text("Rows 201 to 220 of 220")).to_be_visible()


def test_cancels_and_continues(clinician: ClinicianPage, file: Path) -> None:
    clinician.pause_batches(after=2)
    clinician.choose_csv(file)
    expect(clinician.status).to_have_text("1,000 of 1,198 rows scored")
    progress = clinician.page.get_by_role("progressbar", name="Rows scored")
    assert progress.evaluate("bar => [bar.value, bar.max]") == [1000, 1198]
    clinician.button("Cancel").click()
    expect(clinician.status).to_contain_text("stopped, with 198 rows left.")
    expect(clinician.rejected_rows).to_have_count(11)
    lines = clinician.download().decode().splitlines()
    assert len(lines) == 1201
    assert sum(line.endswith(",not scored") for line in lines) == 198
    clinician.resume_batches()
    clinician.button("Continue").click()
    clinician.expect_scored(1200)
    assert clinician.download() == scored(file)
    clinician.button("Remove from this page").click()
    expect(clinician.status).to_be_hidden()


def test_accepts_a_file_dropped_anywhere(clinician: ClinicianPage) -> None:
    prevented = clinician.page.evaluate(
        """(text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
          const options = { dataTransfer, bubbles: true, cancelable: true };
          return ["dragover", "drop"].map((kind) =>
            !document.querySelector("h1").dispatchEvent(new DragEvent(kind, options)));
        }""",
        csv(3),
    )
    assert prevented == [True, True]  # Otherwise the browser would open the file.
    clinician.expect_scored(3)
    summary = "dropped.csv: 3 rows: 1 benign, 1 refer, 1 malignant"
    expect(clinician.status).to_contain_text(summary)
    expect(clinician.rows).to_have_count(3)


@pytest.mark.parametrize(("selected", "mark"), [("", ""), ("comma", "\ufeff")])
def test_semicolons_and_decimal_commas(
    clinician: ClinicianPage, tmp_path: Path, selected: str, mark: str
) -> None:
    text = "\n".join([HEADER, *(f"{n},x,{row}" for n, row in enumerate(VALID_ROWS)), ""])
    file = tmp_path / "deutsch.csv"
    file.write_text(mark + text.replace(",", ";").replace(".", ","), encoding="utf-8")
    separator = clinician.page.get_by_label("Decimal separator")
    separator.select_option(selected)
    clinician.choose_csv(file)
    clinician.expect_scored(len(SCANS))
    expect(clinician.status).to_contain_text("1 benign, 1 refer, 1 malignant, 0 rejected.")
    assert clinician.download() == scored(file, "--decimal-comma")
    separator.select_option("point")
    expect(clinician.status).to_contain_text("3 rejected.")
    assert clinician.download() == scored(file)


@pytest.mark.parametrize("message", REJECTED_FILES)
def test_rejects_other_files(
    clinician: ClinicianPage, browser_log: BrowserLog, tmp_path: Path, message: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(REJECTED_FILES[message])
    clinician.choose_csv(file)
    expect(clinician.alert(message)).to_be_visible()
    expect(clinician.status).to_be_hidden()
    clinician.choose_csv(csv(3))
    clinician.expect_scored(3)
    expect(clinician.alert(message)).to_be_hidden()
    assert sum("explain" in url for url in browser_log.requests) == 1
