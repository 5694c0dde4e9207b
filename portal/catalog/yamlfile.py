"""Strict YAML 1.2 with positions: plain data plus the line and column of every key.

Aliases, anchors and duplicate keys are refused (an alias can make 294 bytes grow to 5 MB); dates stay the text they
are; numbers with a point become `Decimal`, so that 1.10 is not turned into a binary fraction.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import AliasEvent
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from portal.catalog.faults import Fault

MAX_BYTES = 1024 * 1024
#: Tables are read line by line and hold a vocabulary in ten languages; YAML of that size would take minutes.
MAX_TABLE_BYTES = 4 * 1024 * 1024
Path_ = tuple[str | int, ...]


@dataclass
class Document:
    """Parsed data and where each part of it stands (1-based line and column)."""

    data: Any = None
    places: dict[Path_, tuple[int, int]] = field(default_factory=dict)

    def place(self, path: Path_) -> tuple[int, int]:
        """The place of a path, or of its nearest known ancestor."""
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def read_text(path: Path, shown: str, faults: list[Fault]) -> str | None:
    """The text of a content file, or None with a fault: not a plain file, too large, not UTF-8, binary, unreadable."""

    def fault(message: str, mend: str, line: int = 0) -> None:
        faults.append(Fault(shown, line, 1 if line else 0, "", message, mend))

    try:
        mode = path.lstat()
        if not stat.S_ISREG(mode.st_mode):
            fault("is not a plain file", "remove it, or put a plain text file in its place")
            return None
        most = MAX_TABLE_BYTES if path.suffix == ".tsv" else MAX_BYTES
        if mode.st_size > most:
            fault(f"is larger than {most} bytes", "split it, or remove what does not belong there")
            return None
        raw = path.read_bytes()
    except OSError as error:
        fault(f"cannot be read ({error.strerror})", "check the file's permissions")
        return None
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        fault("is not UTF-8 text", "save it as UTF-8", raw[: error.start].count(b"\n") + 1)
        return None
    if "\0" in text:
        fault("holds a NUL byte", "save it as plain text", text[: text.index("\0")].count("\n") + 1)
        return None
    return text.removeprefix("\ufeff").replace("\r\n", "\n")


def parse(text: str, shown: str, faults: list[Fault], first_line: int = 1) -> Document | None:
    """Parse YAML `text` that begins at `first_line` of the file `shown`; None with faults when it is not acceptable."""
    before = len(faults)
    yaml = YAML(typ="rt", pure=True)
    yaml.version = "1.2"
    offset = first_line - 1
    try:
        if "&" in text or "*" in text:
            for event in yaml.parse(text):
                if isinstance(event, AliasEvent) or getattr(event, "anchor", None):
                    mark = event.start_mark
                    faults.append(
                        Fault(
                            shown,
                            mark.line + 1 + offset,
                            mark.column + 1,
                            "",
                            "anchors and aliases are refused",
                            "write the value out, or put the text in quotes",
                        )
                    )
                    return None
        node = yaml.compose(text)
    except MarkedYAMLError as error:
        error_mark = error.problem_mark or error.context_mark
        line, column = (error_mark.line + 1 + offset, error_mark.column + 1) if error_mark else (first_line, 1)
        faults.append(Fault(shown, line, column, "", f"is not YAML: {error.problem}", "mend the line or the one above"))
        return None
    except YAMLError as error:
        position = int(getattr(error, "position", 0))
        line = text[:position].count("\n") + first_line
        column = position - text[:position].rfind("\n")
        faults.append(Fault(shown, line, column, "", "holds a character that YAML does not allow", "delete it"))
        return None
    except RecursionError:
        faults.append(Fault(shown, first_line, 1, "", "is nested too deep", "write it flatter"))
        return None
    document = Document()
    try:
        document.data = _value(node, (), document, shown, faults, offset) if node is not None else {}
    except RecursionError:
        faults.append(Fault(shown, first_line, 1, "", "is nested too deep", "write it flatter"))
    return document if len(faults) == before else None


def _value(node: Node, path: Path_, document: Document, shown: str, faults: list[Fault], offset: int) -> Any:
    place = (node.start_mark.line + 1 + offset, node.start_mark.column + 1)
    document.places.setdefault(path, place)
    if isinstance(node, MappingNode):
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            key_place = (key_node.start_mark.line + 1 + offset, key_node.start_mark.column + 1)
            if key in result:
                faults.append(Fault(shown, *key_place, key, "this key stands here twice", "keep one of them"))
                continue
            document.places[(*path, key)] = key_place
            result[key] = _value(value_node, (*path, key), document, shown, faults, offset)
        return result
    if isinstance(node, SequenceNode):
        return [_value(item, (*path, i), document, shown, faults, offset) for i, item in enumerate(node.value)]
    assert isinstance(node, ScalarNode)
    try:
        return _scalar(node)
    except ValueError:
        faults.append(Fault(shown, *place, ".".join(map(str, path)), "is not a number", "mend it, or put it in quotes"))
        return None


def _scalar(node: ScalarNode) -> Any:
    kind = str(node.tag).rsplit(":", 1)[-1]
    text = str(node.value)
    if kind == "null":
        return None
    if kind == "bool" and text.lower() in ("true", "false"):
        # Under YAML 1.1, which a file may ask for, `no` would be a truth value too.
        return text.lower() == "true"
    if kind == "int":
        return int(text.replace("_", ""), 0) if not text.lstrip("+-").startswith("0") or text == "0" else text
    if kind == "float":
        try:
            return Decimal(text)
        except ArithmeticError:
            return text
    return text
