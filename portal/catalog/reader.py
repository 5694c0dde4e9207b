"""Reads and validates single content files; collects the faults, the digest and the count of what was read."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from portal.catalog.faults import Fault
from portal.catalog.yamlfile import Document, Path_, parse, read_text

M = TypeVar("M", bound=BaseModel)

#: what pydantic calls an error -> what the editor should do
_MENDS = {
    "extra_forbidden": "remove the key, or correct its spelling",
    "missing": "add the key",
    "string_type": "write a text, in quotes if it looks like a number",
    "string_pattern_mismatch": "write it in the form shown in the staff guide",
    "int_type": "write a whole number",
    "decimal_type": "write a number",
    "tuple_type": "write a list",
    "model_type": "write keys with values",
}


class Reader:
    """Reads files below a content folder; `faults` grows with everything that is wrong."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.files = 0
        self._digest = hashlib.sha256()

    @property
    def digest(self) -> str:
        """Sixteen hexadecimal digits over everything read so far."""
        return self._digest.hexdigest()[:16]

    def shown(self, path: Path) -> str:
        """How a path is called in a fault: `content/parks/…`."""
        return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"

    def fault(self, path: Path, message: str, mend: str, field: str = "", place: tuple[int, int] = (0, 0)) -> None:
        """Note a fault of a file or folder."""
        self.faults.append(Fault(self.shown(path), *place, field, message, mend))

    def text(self, path: Path) -> str | None:
        """The text of a file; None, with a fault, when it cannot be used."""
        text = read_text(path, self.shown(path), self.faults)
        if text is not None:
            self.files += 1
            self._digest.update(f"{self.shown(path)}\0{text}\0".encode())
        return text

    def present(self, path: Path) -> bool:
        """Whether something stands there; a fault when nothing does."""
        if path.exists() or path.is_symlink():
            return True
        self.fault(path, "file is missing", "add it")
        return False

    def document(self, path: Path) -> Document | None:
        """The data of a YAML file with places; None, with a fault, when it is missing or faulty."""
        text = self.text(path) if self.present(path) else None
        return parse(text, self.shown(path), self.faults) if text is not None else None

    def validate(self, model: type[M], document: Document, path: Path, below: Path_ = ()) -> M | None:
        """The data of a document (or the part of it `below` a path) as a model; None with a fault for each error."""
        data = document.data
        for part in below:
            data = data[part]
        try:
            return model.model_validate(data)
        except ValidationError as error:
            for detail in error.errors():
                where = (*below, *(part for part in detail["loc"] if isinstance(part, str | int)))
                mend = _MENDS.get(detail["type"], "")
                if detail["type"] == "literal_error":
                    mend = f"one of {detail['ctx']['expected']}"
                message = detail["msg"].removeprefix("Value error, ")
                self.fault(path, message, mend, ".".join(map(str, where)), document.place(where))
            return None

    def model(self, path: Path, model: type[M]) -> tuple[M, Document] | None:
        """A YAML file as a model with its places; None with faults."""
        document = self.document(path)
        found = self.validate(model, document, path) if document else None
        return (found, document) if found is not None and document is not None else None
