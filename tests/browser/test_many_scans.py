"""A CSV of scans chosen or dropped: scored in pieces, shown, sorted and given back."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from app.observation import EXAMPLES
from tests.browser.clinician import SCANS, ClinicianPage
from tests.browser.conftest import Visit
from tests.browser.sheets import BAD, GOOD, HEADER, csv, scored

NO_CSV = {
    "its header has no column for: mean concave points, worst radius, ": b"%PDF-1.7\nhello",
    "its header has no column for: ": b"",
    "The file is not UTF-8 text. In a spreadsheet, save it as ": bytes(range(256)),
    "it has columns for an answer already: reason.": f"{HEADER},reason\n".encode(),
    "In row 2 a quote is opened and never closed.": f'{HEADER}\n1,"2'.encode(),
    "The file has more than 10 MB. Split it into several.": b"\n" * 10_000_001,
}
BLOCKED = 400
"""Milliseconds for which nothing may keep the page from answering. It takes some 100, once, when
the table is there; but here another program may have the processor."""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "scans.csv"
    path.write_bytes(csv(1200).encode())
    return path


def test_ten_thousand_rows_without_freezing(
    address: str, page: Page, visit: Visit, tmp_path: Path
) -> None:
    file = tmp_path / "scans.csv"
    file.write_bytes(csv(10_000).encode())
    clinician = ClinicianPage(page, address)
    page.evaluate(
        """() => { window.blocked = []; new PerformanceObserver((list) =>
        window.blocked.push(...list.getEntries().map((each) => each.duration))
        ).observe({ type: "longtask", buffered: false }); }"""
    )
    clinician.choose(file)
    clinician.type(EXAMPLES["benign"])  # Meanwhile.
    clinician.expect_done(10_000)
    assert max(page.evaluate("window.blocked"), default=0) < BLOCKED
    expect(clinician.state).to_contain_text("100 without an answer.")
    assert {float(text) for text in clinician.typed().values()} == {*EXAMPLES["benign"].values()}
    assert clinician.download() == scored(file)
    assert sum(url.endswith("/explain/batch") for url in visit.requests) > 10


def test_bad_rows_come_first_with_their_reasons(site: str, page: Page, file: Path) -> None:
    clinician = ClinicianPage(page, site)
    clinician.choose(file)
    clinician.expect_done(1200)
    expect(clinician.rows).to_have_count(50)
    expect(page.locator(".rows tr.bad")).to_have_count(12)
    for row, reason in zip(clinician.rows.all(), [*BAD.values()] * 2, strict=False):
        expect(row).to_contain_text(reason)
        expect(row).to_contain_text("refused")
    expect(clinician.state).to_contain_text("12 without an answer.")
    assert clinician.download() == scored(file)


@pytest.mark.parametrize(("area", "spoken"), [("n/a", False), ('"677,9"', True)])
def test_a_decimal_comma_is_spoken_of_where_there_may_be_one(
    address: str, page: Page, area: str, *, spoken: bool
) -> None:
    clinician = ClinicianPage(page, address)
    clinician.choose(f"{HEADER}\n1,2,0.03821,14.97,24.64,{area},0.1015\n")
    clinician.expect_done(1)
    assert ("a comma that is the decimal sign" in clinician.state.inner_text()) is spoken


def test_it_is_sorted_by_any_column_and_turned_page_by_page(site: str, page: Page) -> None:
    clinician = ClinicianPage(page, site)
    clinician.choose(csv(220))
    clinician.expect_done(220)
    column = page.locator(".rows th").all_inner_texts().index("Worst radius")
    head = page.get_by_role("columnheader", name="Worst radius")
    for order, (first, last) in {
        "ascending": ("12.84", "25.38"),
        "descending": ("25.38", "12.84"),
    }.items():
        head.get_by_role("button").click()
        expect(head).to_have_attribute("aria-sort", order)
        # The rows without an answer stay on top.
        expect(page.locator(".rows tr.bad")).to_have_count(2)
        expect(clinician.rows.nth(2).locator("td").nth(column)).to_have_text(first)
        while clinician.button("Next").is_enabled():
            clinician.button("Next").click()
        expect(clinician.rows.last.locator("td").nth(column)).to_have_text(last)
    expect(page.get_by_text("Rows 201 to 220 of 220")).to_be_visible()


def test_a_row_is_shown_with_its_reasons(site: str, page: Page, file: Path) -> None:
    clinician = ClinicianPage(page, site)
    clinician.choose(file)
    clinician.expect_done(1200)
    page.get_by_role("button", name="Show row 4", exact=True).click()
    expect(clinician.result).to_have_text("Refer to a person")
    assert [float(text) for text in clinician.typed().values()] == list(SCANS["refer"])


def test_cancel_stops_it_and_continue_goes_on_where_it_was(
    site: str, page: Page, file: Path
) -> None:
    clinician = ClinicianPage(page, site)
    clinician.hold(2)
    clinician.choose(file)
    expect(clinician.state).to_have_text("1,000 of 1,198 rows scored")
    progress = page.get_by_role("progressbar", name="Rows scored")
    assert progress.evaluate("bar => [bar.value, bar.max]") == [1000, 1198]
    clinician.button("Cancel").click()
    expect(clinician.state).to_contain_text("stopped, with 198 rows left.")
    expect(page.locator(".rows tr.bad")).to_have_count(11)
    lines = clinician.download().decode().splitlines()
    assert len(lines) == 1201
    assert sum(line.endswith(",not scored") for line in lines) == 198
    clinician.let_go()
    clinician.button("Continue").click()
    clinician.expect_done(1200)
    assert clinician.download() == scored(file)
    clinician.button("Remove from this page").click()
    expect(clinician.state).to_be_hidden()


def test_a_file_is_dropped_anywhere(address: str, page: Page) -> None:
    clinician = ClinicianPage(page, address)
    prevented = page.evaluate(
        """(text) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], "dropped.csv", { type: "text/csv" }));
          const options = { dataTransfer, bubbles: true, cancelable: true };
          return ["dragover", "drop"].map((kind) =>
            !document.querySelector("h1").dispatchEvent(new DragEvent(kind, options)));
        }""",
        csv(3),
    )
    assert prevented == [True, True]  # Or the browser would go to the file.
    clinician.expect_done(3)
    expect(clinician.state).to_contain_text("dropped.csv: 3 rows: 1 benign, 1 refer, 1 malignant")
    expect(clinician.rows).to_have_count(3)


@pytest.mark.parametrize(("sign", "mark"), [("", ""), ("decimal comma", "\ufeff")])
def test_semicolons_and_decimal_commas(
    address: str, page: Page, tmp_path: Path, sign: str, mark: str
) -> None:
    text = "\n".join([HEADER, *(f"{n},x,{row}" for n, row in enumerate(GOOD)), ""])
    file = tmp_path / "deutsch.csv"
    file.write_text(mark + text.replace(",", ";").replace(".", ","), encoding="utf-8")
    clinician = ClinicianPage(page, address)
    if sign:
        page.get_by_label("Decimal sign").select_option("comma")
    clinician.choose(file)
    clinician.expect_done(3)
    expect(clinician.state).to_contain_text("1 benign, 1 refer, 1 malignant, 0 without an answer.")
    assert clinician.download() == scored(file, "--decimal-comma")
    # The other sign is taken for granted until it is known better.
    page.get_by_label("Decimal sign").select_option("point")
    expect(clinician.state).to_contain_text("3 without an answer.")
    assert clinician.download() == scored(file)


@pytest.mark.parametrize("words", NO_CSV)
def test_what_is_no_csv_of_scans_is_refused_in_words(
    address: str, page: Page, visit: Visit, tmp_path: Path, words: str
) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(NO_CSV[words])
    clinician = ClinicianPage(page, address)
    clinician.choose(file)
    expect(page.get_by_role("alert").filter(has_text=words)).to_be_visible()
    expect(clinician.state).to_be_hidden()
    # The page is as good as before.
    clinician.choose(csv(3))
    clinician.expect_done(3)
    expect(page.get_by_text(words)).to_be_hidden()
    assert sum("explain" in url for url in visit.requests) == 1
