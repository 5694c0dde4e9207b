"""The house itself: README's map, size of modules, locks without addresses, templates that compile, messages."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, FileSystemLoader

from portal.settings import ROOT
from tests.support.messages import extract

SKIPPED = {"var", "node_modules", "build", "dist", "__pycache__"}
TEMPLATES = sorted(path.relative_to(ROOT / "templates").as_posix() for path in (ROOT / "templates").rglob("*.html"))
TEXT = {
    ".py",
    ".html",
    ".txt",
    ".css",
    ".js",
    ".md",
    ".yaml",
    ".yml",
    ".toml",
    ".tsv",
    ".json",
    ".conf",
    ".svg",
    ".cfg",
    ".sh",
}


def folders(parent: Path) -> list[Path]:
    """Folders of the project: no hidden ones, nothing that is made."""
    return sorted(
        path
        for path in parent.iterdir()
        if path.is_dir()
        and not path.name.startswith(".")
        and path.name not in SKIPPED
        and not path.name.endswith(".egg-info")
    )


def files() -> list[Path]:
    found = [path for path in ROOT.iterdir() if path.is_file()]
    for folder in [*folders(ROOT), ROOT / ".ci"]:
        found += [path for path in folder.rglob("*") if path.is_file() and not set(path.parts) & SKIPPED]
    return sorted(path for path in found if path.suffix in TEXT or path.name in ("Makefile", "Dockerfile", "run"))


# -- README ----------------------------------------------------------------------------------------------------------


def rooms() -> set[str]:
    """Names in code style at the beginning of a list item or table row, or in a heading."""
    found = set()
    for line in (ROOT / "README.md").read_text("utf-8").split("\n"):
        if match := re.match(r"\s*(?:[-*|#]+\s*)`([\w./-]+)`", line):
            found.add(match[1].rstrip("/"))
    return found


@pytest.mark.parametrize("folder", [path.name for path in folders(ROOT)])
def test_readme_names_every_room(folder: str) -> None:
    assert folder in rooms(), f"README.md: the map has no line for `{folder}/`"


@pytest.mark.parametrize("parent", ["portal", "search"])
def test_readme_names_every_package(parent: str) -> None:
    packages = [f"{parent}/{path.name}" for path in folders(ROOT / parent)]
    assert [name for name in packages if name not in rooms()] == []


def test_readme_names_nothing_that_is_not_there() -> None:
    assert len(rooms()) > 8
    assert [name for name in sorted(rooms()) if not (ROOT / name).exists()] == []


def test_links_of_the_guides_lead_somewhere() -> None:
    broken = []
    for path in (path for path in files() if path.suffix == ".md" and "plans" not in path.parts):
        if path.parent.parent.parent == ROOT / "content" or path.is_relative_to(ROOT / "content" / "plans"):
            continue
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
            if not (path.parent / target).exists():
                broken.append(f"{path.relative_to(ROOT)}: {target}")
    assert broken == []


# -- code ------------------------------------------------------------------------------------------------------------


def test_no_module_is_longer_than_300_lines() -> None:
    modules = [path for folder in ("portal", "search") for path in (ROOT / folder).rglob("*.py")]
    assert len(modules) > 40
    lengths = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8").count("\n") for path in modules}
    assert {name: length for name, length in lengths.items() if length > 300} == {}


def test_no_file_knows_the_machine_it_was_made_on() -> None:
    found = []
    for path in files():
        if path.is_relative_to(ROOT / "tests"):
            continue
        # What runs in a container names the container's own paths.
        container = path.is_relative_to(ROOT / "deploy") or path.name in ("Dockerfile", "compose.yaml")
        pattern = re.compile(r"(?<![\w.:/-])/work/" if container else r"(?<![\w.:/-])/(?:work|tmp|home|root)/")
        for number, line in enumerate(path.read_text("utf-8").split("\n"), start=1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}")
    assert found == []


LOCKS = sorted(path.name for path in [*ROOT.glob("requirements*.txt"), *ROOT.glob("package-lock.json")])


def test_there_are_locks() -> None:
    assert {"requirements.txt", "requirements-dev.txt"} <= set(LOCKS)


@pytest.mark.parametrize("name", LOCKS)
def test_a_lock_holds_no_address_of_an_index(name: str) -> None:
    pattern = re.compile(
        r"--(?:extra-)?index-url|--find-links|--trusted-host|^-[if] |\"resolved\"|https?://[^\s\"]*\.(?:whl|tgz|tar\.gz)"
    )
    lines = (ROOT / name).read_text("utf-8").split("\n")
    assert [f"{number}: {line.strip()}" for number, line in enumerate(lines, start=1) if pattern.search(line)] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_everything_locked_has_a_hash(name: str) -> None:
    text = re.sub(r"\\\n", " ", (ROOT / name).read_text("utf-8"))
    pins = [line for line in text.split("\n") if re.match(r"[a-zA-Z0-9]", line)]
    assert len(pins) > 30
    assert [line[:60] for line in pins if "==" not in line or "--hash=sha256:" not in line] == []


# -- templates and messages ------------------------------------------------------------------------------------------


def test_there_are_templates() -> None:
    assert len(TEMPLATES) > 30


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_compiles(name: str) -> None:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    environment.get_template(name)


def test_templates_hold_no_inline_style_or_script() -> None:
    found = []
    for name in TEMPLATES:
        text = (ROOT / "templates" / name).read_text("utf-8")
        found += [
            f"{name}: {hit}" for hit in re.findall(r"<[^>]*\s(?:style|on\w+)=|<style|<script(?! src)|\|\s*safe\b", text)
        ]
    assert found == []


def test_every_message_is_in_the_template_of_translations() -> None:
    path = ROOT / "locales" / "messages.pot"
    assert path.is_file(), "locales/messages.pot is missing: run `make messages`"
    with path.open("rb") as stream:
        known = {message.id for message in read_po(stream)}
    used = {message.id for message in extract()}
    assert len(used) > 200
    new, gone = used - known, known - used
    assert not new, "not in locales/messages.pot, run `make messages`:\n" + "\n".join(sorted(map(str, new)))
    assert not gone, "in locales/messages.pot but used nowhere:\n" + "\n".join(sorted(map(str, gone)))


@pytest.mark.parametrize("tag", ["zh-Hans"])
def test_every_message_is_translated(tag: str) -> None:
    path = ROOT / "locales" / tag / "LC_MESSAGES" / "messages.po"
    assert path.is_file(), f"{path.relative_to(ROOT)} is missing"
    with path.open("rb") as stream:
        catalogue = read_po(stream, locale=tag.replace("-", "_"))
    translated = {message.id for message in catalogue if message.string and not message.fuzzy}
    missing = {message.id for message in extract() if message.id} - translated
    assert not missing, "not translated:\n" + "\n".join(sorted(map(str, missing)))
