"""Strict YAML: what it means, what is refused, and where exactly the fault stands."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from portal.catalog.faults import Fault
from portal.catalog.yamlfile import MAX_BYTES, MAX_TABLE_BYTES, parse, read_text


def read(path: Path) -> tuple[str | None, list[Fault]]:
    faults: list[Fault] = []
    return read_text(path, "content/x.yaml", faults), faults


def parsed(text: str, first_line: int = 1) -> tuple[Any, list[tuple[int, int]]]:
    faults: list[Fault] = []
    document = parse(text, "x.yaml", faults, first_line)
    assert (document is None) == bool(faults)
    assert all(fault.path == "x.yaml" and fault.message and fault.mend for fault in faults)
    return document.data if document else None, [(fault.line, fault.column) for fault in faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("a: no", "no"),
        ("a: yes", "yes"),
        ("a: on", "on"),
        ("a: true", True),
        ("a: ~", None),
        ("a: 12", 12),
        ("a: -3", -3),
        ("a: 1.10", Decimal("1.10")),
        ("a: '1.10'", "1.10"),
        ("a: 0012", "0012"),
        ("a: 12:30", "12:30"),
        ("a: 2021-12-28", "2021-12-28"),
        ("a: 2021-02-30", "2021-02-30"),
        ("a: .nan", ".nan"),
        ("a: R & D * 2", "R & D * 2"),
        ("a: 3.1.1#1/design", "3.1.1#1/design"),
        ("%YAML 1.1\n---\na: no", "no"),
    ],
)
def test_values_stay_what_they_are(text: str, value: object) -> None:
    data, _ = parsed(text)
    assert data == {"a": value}
    assert type(data["a"]) is type(value)


def test_a_decimal_keeps_its_digits() -> None:
    assert str(parsed("a: 1.10")[0]["a"]) == "1.10"


def test_words_of_yaml_1_1_are_plain_keys() -> None:
    assert parsed("no: a\non: b\n1.10: c")[0] == {"no": "a", "on": "b", "1.10": "c"}


def test_every_key_knows_its_place() -> None:
    document = parse("a: 1\nb:\n  - c: 2\n    d: 3\n", "x.yaml", [], first_line=2)
    assert document is not None
    assert document.place(("a",)) == (2, 1)
    assert document.place(("b", 0, "d")) == (5, 5)
    assert document.place(("b", 0, "unknown")) == (4, 5)
    assert document.place(("unknown",)) == (2, 1)


BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\n"


@pytest.mark.parametrize(
    ("text", "places"),
    [
        (BOMB, [(1, 4)]),
        ("a: 1\nb: *a\n", [(2, 4)]),
        ("a: 1\nb:\n  c: 1\n  c: 2\na: 3\n", [(4, 3), (5, 1)]),
        ("a: 1\nb: [\n", [(3, 1)]),
        ("a:\n\tb: 1\n", [(2, 1)]),
        ("a: 1\n---\nb: 2\n", [(2, 1)]),
        ("a: b: c\n", [(1, 5)]),
        ("a: x\nb: \x07\n", [(2, 4)]),
    ],
    ids=["alias-bomb", "alias", "twice", "open", "tab", "two-documents", "colon", "control-character"],
)
def test_refused_with_its_place(text: str, places: list[tuple[int, int]]) -> None:
    assert parsed(text) == (None, places)


@pytest.mark.parametrize(
    "text",
    ["a: " + "1" * 5000, "a: " + "[" * 3000, "a: !!int abc"],
    ids=["number-without-end", "nested", "wrong-tag"],
)
def test_odd_yaml_is_a_fault_and_no_crash(text: str) -> None:
    data, places = parsed(text)
    assert data is None
    assert [line for line, _ in places] == [1]


def test_front_matter_counts_from_the_line_it_begins_at() -> None:
    assert parsed("a: 1\na: 2\n", first_line=2)[1] == [(3, 1)]


def test_an_empty_file_holds_nothing() -> None:
    assert parsed("") == ({}, [])


# -- files -----------------------------------------------------------------------------------------------------------


def test_byte_order_mark_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(b"\xef\xbb\xbfa: 1\r\nb: 2\r\n")
    assert read(path) == ("a: 1\nb: 2\n", [])


def test_binary_and_wrong_encodings_are_refused_at_their_line(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes("a: 1\nb: 重庆".encode("gb18030"))
    text, (fault,) = read(path)
    assert (text, fault.line, fault.column, fault.message) == (None, 2, 1, "is not UTF-8 text")
    path.write_bytes(b"a: 1\nb: 2\nc: \0")
    text, (fault,) = read(path)
    assert (text, fault.line, fault.column, fault.message) == (None, 3, 1, "holds a NUL byte")


@pytest.mark.parametrize(("name", "most"), [("x", MAX_BYTES), ("x.yaml", MAX_BYTES), ("x.tsv", MAX_TABLE_BYTES)])
def test_a_huge_file_is_refused_unread(tmp_path: Path, name: str, most: int) -> None:
    path = tmp_path / name
    with path.open("wb") as stream:
        stream.truncate(most)
    assert read(path)[1][0].message == "holds a NUL byte"
    with path.open("wb") as stream:
        stream.truncate(most + 1)
    text, (fault,) = read(path)
    assert text is None
    assert fault.message == f"is larger than {most} bytes"


@pytest.mark.parametrize("kind", ["fifo", "symlink", "dangling", "folder", "device"])
def test_only_plain_files_are_read(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "x"
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to({"symlink": "/etc/passwd", "dangling": "nowhere", "device": "/dev/zero"}[kind])
    text, (fault,) = read(path)
    assert (text, fault.message) == (None, "is not a plain file")


def test_an_unreadable_file_is_a_fault(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        path = Path("/proc/self/mem")  # root may read any file; this one cannot be read from its beginning
    else:
        path = tmp_path / "x"
        path.write_text("a: 1")
        path.chmod(0)
    text, (fault,) = read(path)
    assert text is None
    assert fault.message.startswith("cannot be read")


def test_a_missing_file_is_a_fault(tmp_path: Path) -> None:
    text, (fault,) = read(tmp_path / "x")
    assert text is None
    assert fault.message.startswith("cannot be read")
