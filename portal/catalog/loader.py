"""Content folder -> catalog. Every fault of every file is reported in one run, with file, line, column and the mend."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from portal.catalog.faults import ContentError, Fault
from portal.catalog.models import COLLECTIONS, SLUG
from portal.catalog.plan import Piece, Plan, assemble, parse_pieces, text_hash
from portal.catalog.store import Catalog, Entry, Term, Words
from portal.catalog.words import Erratum, PlanMeta, Prose, Site, Source
from portal.catalog.yamlfile import Document, parse, read_text
from portal.locales import LOCALES, SOURCE

M = TypeVar("M", bound=BaseModel)

#: what pydantic calls an error -> what the editor should do
_MENDS = {
    "extra_forbidden": "remove the key, or correct its spelling",
    "missing": "add the key",
    "string_type": "write a text, in quotes if it looks like a number",
    "string_pattern_mismatch": "write it in the form shown in the staff guide",
    "literal_error": "use one of the values listed",
    "int_type": "write a whole number",
    "decimal_type": "write a number",
    "tuple_type": "write a list",
}


class Loader:
    """Reads a content folder. `load()` returns the catalog or raises `ContentError` with all faults."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self._digest = hashlib.sha256()
        self._files = 0

    def load(self) -> Catalog:
        """Read everything. Raises `ContentError`."""
        site = self._model_file(self.folder / "site.yaml", Site)
        sources = self._sources()
        plans = self._plans()
        entries = {collection: self._collection(collection) for collection in COLLECTIONS}
        glossary = self._glossary()
        if site and (unknown := [tag for tag in site.locales if tag not in LOCALES]):
            self._fault("site.yaml", "locales", f"unknown locale {', '.join(unknown)}", f"one of {', '.join(LOCALES)}")
        if not any(plan.meta.default for plan in plans.values()):
            self._fault(
                "plans", "default", "no plan is marked as the default", "write `default: true` in one plan.yaml"
            )
        if self.faults or site is None:
            raise ContentError(self.faults)
        return Catalog(entries, plans, sources, glossary, site, self._digest.hexdigest()[:16], self._files)

    # -- files ---------------------------------------------------------------------------------------------------

    def _shown(self, path: Path) -> str:
        return f"{self.folder.name}/{path.relative_to(self.folder).as_posix()}"

    def _fault(self, path: str, field: str, message: str, mend: str) -> None:
        self.faults.append(Fault(path, 0, 0, field, message, mend))

    def _read(self, path: Path) -> str | None:
        text = read_text(path, self._shown(path), self.faults)
        if text is not None:
            self._files += 1
            self._digest.update(f"{self._shown(path)}\0{text}\0".encode())
        return text

    def _validate(self, model: type[M], document: Document, shown: str) -> M | None:
        try:
            return model.model_validate(document.data)
        except ValidationError as error:
            for detail in error.errors():
                path = tuple(part for part in detail["loc"] if isinstance(part, str | int))
                line, column = document.place(path)
                mend = _MENDS.get(detail["type"], "")
                if detail["type"] == "literal_error":
                    mend = f"one of {detail['ctx']['expected']}"
                message = detail["msg"].removeprefix("Value error, ")
                self.faults.append(Fault(shown, line, column, ".".join(map(str, path)), message, mend))
            return None

    def _model_file(self, path: Path, model: type[M]) -> M | None:
        if not path.exists() and not path.is_symlink():
            self._fault(self._shown(path), "", "file is missing", "add it")
            return None
        text = self._read(path)
        if text is None:
            return None
        document = parse(text, self._shown(path), self.faults)
        return self._validate(model, document, self._shown(path)) if document else None

    def _sources(self) -> dict[str, Source]:
        path = self.folder / "sources.yaml"
        text = self._read(path) if path.exists() else ""
        document = parse(text or "", self._shown(path), self.faults)
        found: dict[str, Source] = {}
        for key, value in (document.data if document else {}).items():
            part = Document(value, {p[1:]: place for p, place in document.places.items() if p[:1] == (key,)})  # type: ignore[union-attr]
            source = self._validate(Source, part, self._shown(path))
            if source:
                found[key] = source
        return found

    # -- entries -------------------------------------------------------------------------------------------------

    def _collection(self, name: str) -> dict[str, Entry]:
        folder = self.folder / name
        found: dict[str, Entry] = {}
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if not SLUG.match(path.name) or len(path.name) > 80:
                self._fault(self._shown(path), "", "is not a slug", "name the folder with a-z, 0-9 and single hyphens")
                continue
            if not path.is_dir() or path.is_symlink():
                self._fault(self._shown(path), "", "is not a folder", "an entry is a folder with facts.yaml in it")
                continue
            entry = self._entry(name, path)
            if entry:
                found[path.name] = entry
        return found

    def _entry(self, collection: str, folder: Path) -> Entry | None:
        facts = self._model_file(folder / "facts.yaml", COLLECTIONS[collection])
        words: dict[str, Words] = {}
        for path in sorted(folder.iterdir()):
            if path.name == "facts.yaml":
                continue
            if path.suffix != ".md" or path.stem not in LOCALES:
                self._fault(self._shown(path), "", "does not belong here", "an entry holds facts.yaml and <locale>.md")
                continue
            found = self._words(path)
            if found:
                words[path.stem] = found
        if SOURCE not in words and (folder / f"{SOURCE}.md").exists() is False:
            self._fault(self._shown(folder), "", f"{SOURCE}.md is missing", "write the source text first")
        if facts is None or SOURCE not in words:
            return None
        return Entry(collection, folder.name, facts, words, self._shown(folder))

    def _words(self, path: Path) -> Words | None:
        text = self._read(path)
        if text is None:
            return None
        shown = self._shown(path)
        if not text.startswith("---\n") or "\n---" not in text[3:]:
            self.faults.append(
                Fault(shown, 1, 1, "", "has no front matter", "begin with a line ---, the fields, and a line ---")
            )
            return None
        end = text.index("\n---", 3)
        front, body = text[4 : end + 1], text[end + 4 :].partition("\n")[2]
        document = parse(front, shown, self.faults, first_line=2)
        prose = self._validate(Prose, document, shown) if document else None
        if prose is None:
            return None
        line = text[: end + 4].count("\n") + 2
        return Words(prose, body.strip("\n"), text_hash(text), shown, line)

    # -- plans and glossary --------------------------------------------------------------------------------------

    def _plans(self) -> dict[str, Plan]:
        found: dict[str, Plan] = {}
        folder = self.folder / "plans"
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            meta = self._model_file(path / "plan.yaml", PlanMeta)
            pieces: dict[str, list[tuple[str, Piece]]] = {}
            for locale in sorted(child for child in path.iterdir() if child.is_dir()):
                if locale.name not in LOCALES:
                    self._fault(self._shown(locale), "", "is not a locale", f"one of {', '.join(LOCALES)}")
                    continue
                for file in sorted(locale.glob("*.md")):
                    text = self._read(file)
                    shown = self._shown(file)
                    pieces.setdefault(locale.name, []).extend(
                        (shown, piece) for piece in parse_pieces(text or "", shown, self.faults)
                    )
            if meta:
                found[meta.slug] = assemble(meta, pieces, self.faults)
                self._check_errata(meta.errata, found[meta.slug], self._shown(path / "plan.yaml"))
        return found

    def _check_errata(self, errata: tuple[Erratum, ...], plan: Plan, shown: str) -> None:
        for erratum in errata:
            block = plan.blocks.get(erratum.block.split("/")[0])
            if block is None or erratum.printed not in block.text:
                self._fault(
                    shown, f"errata {erratum.block}", f"“{erratum.printed}” is not in that block", "quote it as printed"
                )

    def _glossary(self) -> tuple[Term, ...]:
        path = self.folder / "glossary.tsv"
        text = self._read(path) if path.exists() else None
        terms: list[Term] = []
        seen: set[str] = set()
        for number, row in enumerate(csv.DictReader((text or "").splitlines(), delimiter="\t"), start=2):
            values: dict[str, Any] = dict(row)
            if None in values or any(value is None for value in values.values()):
                self.faults.append(
                    Fault(self._shown(path), number, 1, "", "row has not as many columns as the head", "mend the tabs")
                )
                continue
            if values["id"] in seen:
                self.faults.append(
                    Fault(self._shown(path), number, 1, "id", "term stands here twice", "keep one of them")
                )
            seen.add(values["id"])
            words = {tag: values[tag] for tag in LOCALES if values.get(tag)}
            terms.append(Term(values["id"], values["kind"], values["page"], words))
        return tuple(terms)


def load(folder: Path) -> Catalog:
    """The catalog of a content folder. Raises `ContentError` with every fault found."""
    return Loader(folder).load()
