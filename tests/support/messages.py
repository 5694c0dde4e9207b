"""Extracts messages into locales/messages.pot and brings every PO file up to date; run by `make messages`."""

from __future__ import annotations

import io
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po, write_po

from portal.locales import LOCALES
from portal.settings import ROOT

METHODS = [("templates/**.html", "jinja2"), ("templates/**.txt", "jinja2"), ("portal/**.py", "python")]
OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}}
#: header lines that would change without any message changing
_NOISE = (b'"POT-Creation-Date', b'"PO-Revision-Date', b'"Last-Translator', b'"Report-Msgid', b'"Generated-By')
KEYWORDS = {**DEFAULT_KEYWORDS, "N_": None, "NN_": (1, 2)}


def extract() -> Catalog:
    """Every message of templates and code."""
    catalog = Catalog(project="Invest Chongqing", header_comment="# Messages of Invest Chongqing.", fuzzy=False)
    found = extract_from_dir(
        str(ROOT), METHODS, OPTIONS, KEYWORDS, comment_tags=("L10N:",), directory_filter=lambda path: wanted(Path(path))
    )
    for name, line, message, comments, context in sorted(found, key=lambda item: (item[0], item[1])):
        del line  # line numbers would make every edit a change of the POT file
        catalog.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    return catalog


def wanted(path: Path) -> bool:
    """Folders in which messages are looked for."""
    parts = path.relative_to(ROOT).parts if path != ROOT else ()
    return not parts or parts[0] in ("templates", "portal")


def as_bytes(catalog: Catalog) -> bytes:
    """A catalogue as PO text without line numbers and dates."""
    stream = io.BytesIO()
    write_po(stream, catalog, width=110, omit_header=False, sort_output=True, include_lineno=False)
    lines = [line for line in stream.getvalue().split(b"\n") if not line.startswith(_NOISE)]
    return b"\n".join(lines)


def main() -> None:
    """Write the POT file and update the PO files."""
    template = extract()
    folder = ROOT / "locales"
    folder.mkdir(exist_ok=True)
    (folder / "messages.pot").write_bytes(as_bytes(template))
    for tag, locale in LOCALES.items():
        path = folder / tag / "LC_MESSAGES" / "messages.po"
        if not path.is_file():
            continue
        with path.open("rb") as stream:
            catalog = read_po(stream, locale=locale.babel)
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        path.write_bytes(as_bytes(catalog))


if __name__ == "__main__":
    main()
