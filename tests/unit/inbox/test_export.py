"""No cell of an export is run as a formula, and what was written stays what was written."""

import csv
import io

import openpyxl
import pytest

from portal.inbox.export import HEAD, as_csv, as_xlsx, harmless

NASTY = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    " =1",
    "＝1+1",
    "\u3000=1",
    '=HYPERLINK("http://evil")',
]
FINE = ["Muster GmbH", "a=b", "重庆", '"quoted", comma', "line\nbreak", "", "0012", "<script>", "{{7*7}}"]


@pytest.mark.parametrize("cell", NASTY)
def test_what_could_run_gets_an_apostrophe(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", FINE)
def test_the_rest_stays(cell: str) -> None:
    assert harmless(cell) == cell


def table() -> list[list[str]]:
    return [[cell, *[""] * (len(HEAD) - 1)] for cell in (*NASTY, *FINE)]


def test_csv_reads_back_and_excel_knows_its_letters() -> None:
    raw = as_csv(iter(table()))
    assert raw.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert found[0] == list(HEAD)
    assert [row[0] for row in found[1:]] == [*(f"'{cell}" for cell in NASTY), *FINE]


def test_every_cell_of_the_workbook_is_text() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(as_xlsx(iter(table())))).active
    assert sheet is not None
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert len(cells) == len(NASTY) + len(FINE)
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert not any(cell.hyperlink for cell in cells)
    assert cells[0].value == "=1+1"
