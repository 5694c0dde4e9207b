"""synonyms.tsv: what is read, and the fault with its place for everything that cannot be."""

import pytest

from tests.support.content import Content

HEAD = "entry\tlocale\tterms\n"
ROW = "opportunities/semiconductors\ten\tchips | ICs\n"


def test_rows_are_read_with_their_terms(content: Content) -> None:
    content.write(
        "synonyms.tsv", HEAD + ROW + "opportunities/semiconductors#materials\tde\tFotolacke |  Siliziumkarbid \n"
    )
    assert content.check() == []
    assert content.load().synonyms == (
        ("opportunities/semiconductors", "en", ("chips", "ICs")),
        ("opportunities/semiconductors#materials", "de", ("Fotolacke", "Siliziumkarbid")),
    )


def test_the_file_may_be_missing(content: Content) -> None:
    assert content.load().synonyms == ()


@pytest.mark.parametrize(
    ("row", "column", "field", "message"),
    [
        ("opportunities/none\ten\tx\n", 1, "entry", "there is no entry 'opportunities/none'"),
        ("opportunities/semiconductors#none\ten\tx\n", 30, "entry", "has no segment 'none'"),
        ("opportunities/semiconductors\txx\tx\n", 30, "locale", "there is no locale 'xx'"),
        ("opportunities/semiconductors\ten\tx |  | y\n", 38, "terms", "a term is empty"),
        ("opportunities/semiconductors\ten\t\n", 33, "terms", "a term is empty"),
        ("opportunities/semiconductors\ten\tchip | Chip\n", 40, "terms", "“Chip” stands in this row twice"),
        ("opportunities/semiconductors\ten\t" + "x" * 121 + "\n", 33, "terms", "a term has 121 characters"),
        ("opportunities/semiconductors\ten\t" + " | ".join(map(str, range(81))) + "\n", 33, "terms", "has 81 terms"),
        ("opportunities/semiconductors\ten\ta\x07b\n", 33, "terms", "holds a control character"),
        ("opportunities/semiconductors\ten\n", 1, "", "has 2 columns"),
        ("\n\n", 1, "", "has 1 columns"),
    ],
)
def test_a_faulty_row_is_reported_with_its_place(
    content: Content, row: str, column: int, field: str, message: str
) -> None:
    content.write("synonyms.tsv", HEAD + row)
    fault = content.check()[0]
    assert (fault.path, fault.line, fault.column, fault.field) == ("content/synonyms.tsv", 2, column, field)
    assert message in fault.message
    assert fault.mend


def test_a_row_that_stands_there_twice_names_the_first(content: Content) -> None:
    content.write("synonyms.tsv", HEAD + ROW + ROW)
    (fault,) = content.check()
    assert (fault.line, fault.column) == (3, 1)
    assert "first in line 2" in fault.message


def test_another_head_is_one_fault(content: Content) -> None:
    content.write("synonyms.tsv", "a\tb\n" + ROW)
    (fault,) = content.check()
    assert (fault.line, fault.column) == (1, 1)
