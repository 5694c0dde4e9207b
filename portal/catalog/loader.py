"""Content folder -> catalog. Every fault of every file is reported in one run, with file, line, column and the mend."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from portal.catalog import synonyms
from portal.catalog.boundaries import Polygon, parse_boundaries
from portal.catalog.desks import FILE as DESKS
from portal.catalog.desks import Desks
from portal.catalog.faults import ContentError
from portal.catalog.models import COLLECTIONS, SLUG, RegionFacts
from portal.catalog.plan import Piece, Plan, assemble, parse_pieces, text_hash
from portal.catalog.reader import Reader
from portal.catalog.store import Catalog, Entry, Term, Words
from portal.catalog.words import PlanMeta, Prose, Site, Source
from portal.catalog.yamlfile import Document, parse
from portal.locales import LOCALES, SOURCE

#: what else may stand in the content folder
_OTHERS = {"README.md", "geo", "glossary.tsv", "plans", "schemas", "site.yaml", "sources.yaml", synonyms.FILE, DESKS}


class Loader(Reader):
    """Reads a content folder. `load()` returns the catalog or raises `ContentError` with all faults."""

    def load(self) -> Catalog:
        """Read everything. Raises `ContentError`."""
        for path in sorted(self.folder.iterdir()) if self.folder.is_dir() else []:
            if path.name not in _OTHERS and path.name not in COLLECTIONS and not path.name.startswith("."):
                self.fault(path, "does not belong here", f"a collection is one of {', '.join(COLLECTIONS)}")
        site = self._site()
        sources = self._sources()
        plans = self._plans()
        entries = {collection: self._collection(collection) for collection in COLLECTIONS}
        glossary = tuple(self._glossary())
        words = tuple(synonyms.read(self, entries))
        path = self.folder / DESKS
        desks = self.model(path, Desks) if path.exists() or path.is_symlink() else None
        boundaries = self._boundaries(entries["regions"])
        if self.faults or site is None:
            raise ContentError(self.faults)
        catalog = Catalog(
            entries, plans, sources, glossary, site, self.digest, self.files, synonyms=words, boundaries=boundaries
        )
        return replace(catalog, desks=desks[0], desks_places=desks[1]) if desks else catalog

    def _site(self) -> Site | None:
        path = self.folder / "site.yaml"
        found = self.model(path, Site)
        if found is None:
            return None
        site, document = found
        if unknown := [tag for tag in site.locales if tag not in LOCALES]:
            message = f"unknown locale {', '.join(unknown)}"
            self.fault(path, message, f"one of {', '.join(LOCALES)}", "locales", document.place(("locales",)))
        elif site.default_locale not in site.locales:
            place = document.place(("default_locale",))
            self.fault(path, "is not among the locales", f"one of {', '.join(site.locales)}", "default_locale", place)
        return site

    def _boundaries(self, regions: dict[str, Entry]) -> dict[str, tuple[Polygon, ...]]:
        path = self.folder / "geo" / "districts.geojson"
        text = self.text(path) if path.exists() or path.is_symlink() else None
        found = parse_boundaries(text, self.shown(path), self.faults) if text else {}
        known = {d.adcode for e in regions.values() if isinstance(e.facts, RegionFacts) for d in e.facts.districts}
        if unknown := sorted(found.keys() - known):
            self.fault(path, f"no region has a district {', '.join(unknown)}", "use the codes of content/regions")
        return found

    def _sources(self) -> dict[str, Source]:
        path = self.folder / "sources.yaml"
        document = self.document(path) if path.exists() or path.is_symlink() else None
        if document is None:
            return {}
        if not isinstance(document.data, dict):
            self.fault(path, "is no table of sources", "write `mark:` and below it publisher and address", place=(1, 1))
            return {}
        found = {key: self.validate(Source, document, path, (key,)) for key in document.data}
        return {key: source for key, source in found.items() if source}

    def _folders(self, folder: Path) -> Iterator[Path]:
        """Folders in a folder; a fault for everything else in it."""
        if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
            self.fault(folder, "is not a folder", "put a plain folder in its place")
            return
        for path in sorted(folder.iterdir()) if folder.is_dir() else []:
            if not SLUG.fullmatch(path.name) or len(path.name) > 80:
                self.fault(path, "is not a slug", "name the folder with a-z, 0-9 and single hyphens")
            elif path.is_symlink() or not path.is_dir():
                self.fault(path, "is not a folder", "put a plain folder in its place")
            else:
                yield path

    # -- entries -------------------------------------------------------------------------------------------------

    def _collection(self, name: str) -> dict[str, Entry]:
        entries = {path.name: self._entry(name, path) for path in self._folders(self.folder / name)}
        return {slug: entry for slug, entry in entries.items() if entry}

    def _entry(self, collection: str, folder: Path) -> Entry | None:
        facts = self.model(folder / "facts.yaml", COLLECTIONS[collection])
        words: dict[str, Words] = {}
        for path in sorted(folder.iterdir()):
            if path.name == "facts.yaml":
                continue
            if path.suffix != ".md" or path.stem not in LOCALES:
                self.fault(path, "does not belong here", "an entry holds facts.yaml and <locale>.md")
                continue
            found = self._words(path)
            if found:
                words[path.stem] = found
        source = folder / f"{SOURCE}.md"
        if not (source.exists() or source.is_symlink()):
            self.fault(folder, f"{SOURCE}.md is missing", "write the source text first")
        if facts is None or SOURCE not in words:
            return None
        return Entry(collection, folder.name, facts[0], words, self.shown(folder), facts[1])

    def _words(self, path: Path) -> Words | None:
        text = self.text(path)
        if text is None:
            return None
        if not text.startswith("---\n") or "\n---" not in text[3:]:
            mend = "begin with a line ---, the fields, and a line ---"
            self.fault(path, "has no front matter", mend, place=(1, 1))
            return None
        end = text.index("\n---", 3)
        body = text[end + 4 :].partition("\n")[2]
        document = parse(text[4 : end + 1], self.shown(path), self.faults, first_line=2)
        prose = self.validate(Prose, document, path) if document else None
        if prose is None or document is None:
            return None
        # The body is kept without its first blank lines; faults count them.
        line = text[: end + 4].count("\n") + 2 + len(body) - len(body.lstrip("\n"))
        return Words(prose, body.strip("\n"), text_hash(text), self.shown(path), line, document)

    # -- plans and glossary --------------------------------------------------------------------------------------

    def _plans(self) -> dict[str, Plan]:
        found: dict[str, Plan] = {}
        before = len(self.faults)
        for folder in self._folders(self.folder / "plans"):
            path = folder / "plan.yaml"
            meta = self.model(path, PlanMeta)
            pieces: dict[str, list[tuple[str, Piece]]] = {}
            for locale in sorted(child for child in folder.iterdir() if child.name != "plan.yaml"):
                if locale.name not in LOCALES or not locale.is_dir() or locale.is_symlink():
                    self.fault(locale, "is not the folder of a locale", f"one of {', '.join(LOCALES)}")
                    continue
                for file in sorted(locale.iterdir()):
                    text = self.text(file)
                    found_pieces = parse_pieces(text or "", self.shown(file), self.faults)
                    pieces.setdefault(locale.name, []).extend((self.shown(file), piece) for piece in found_pieces)
            if meta is None:
                continue
            if meta[0].slug in found:
                self.fault(path, "another plan has this slug", "give it its own", "slug", meta[1].place(("slug",)))
            elif meta[0].default and any(plan.meta.default for plan in found.values()):
                place = meta[1].place(("default",))
                self.fault(path, "another plan is the default", "keep `default: true` in one", "default", place)
            else:
                found[meta[0].slug] = assemble(meta[0], pieces, self.faults)
                self._plan_file(path, found[meta[0].slug], meta[1])
        if not any(plan.meta.default for plan in found.values()) and len(self.faults) == before:
            mend = "write `default: true` in one plan.yaml"
            self.fault(self.folder / "plans", "no plan is marked as the default", mend, "default")
        return found

    def _plan_file(self, path: Path, plan: Plan, document: Document) -> None:
        """Faults of plan.yaml against the blocks: errata that quote nothing, chapters without an address."""
        for i, erratum in enumerate(plan.meta.errata):
            block = plan.blocks.get(erratum.block.split("/")[0])
            if block is None or erratum.printed not in block.text:
                place = document.place(("errata", i, "printed"))
                self.fault(
                    path, f"“{erratum.printed}” is not in {erratum.block}", "quote it as printed", "printed", place
                )
        missing = {plan.chapter(block) for block in plan.blocks} - set(plan.meta.chapters)
        for chapter in sorted(missing):
            place = document.place(("chapters",))
            self.fault(path, f"chapter {chapter} has no address", "add its slug", "chapters", place)

    def _glossary(self) -> Iterator[Term]:
        path = self.folder / "glossary.tsv"
        text = self.text(path) if path.exists() or path.is_symlink() else None
        if not text:
            return
        # No quoting: a quotation mark in a term is a quotation mark.
        rows = csv.reader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE)
        seen: set[str] = set()
        head: list[str] = []
        try:
            for number, row in enumerate(rows, start=1):
                if number == 1:
                    head = row
                    if missing := [name for name in ("id", "kind", "page", SOURCE) if name not in head]:
                        self.fault(path, f"has no column {', '.join(missing)}", "mend the first line", place=(1, 1))
                        return
                    continue
                if len(row) != len(head):
                    mend = "mend the tabs"
                    self.fault(path, "row has not as many columns as the head", mend, place=(number, 1))
                    continue
                values = dict(zip(head, row, strict=True))
                if values["id"] in seen:
                    self.fault(path, "term stands here twice", "keep one of them", "id", (number, 1))
                seen.add(values["id"])
                words = {tag: values[tag] for tag in LOCALES if values.get(tag)}
                yield Term(values["id"], values["kind"], values["page"], words)
        except csv.Error as error:
            self.fault(path, f"cannot be read as a table ({error})", "mend the line", place=(rows.line_num, 1))


def load(folder: Path) -> Catalog:
    """The catalog of a content folder. Raises `ContentError` with every fault found."""
    return Loader(folder).load()
