"""The press: once for many, one at a time, never more than fits the queue; what fails says how."""

import sys
import threading
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from portal.release.paper import UNAVAILABLE
from portal.release.press import Order, Press, PressBusyError, PressError, PressUnavailableError

#: a stand-in for the working process: answers by the name of the module it is asked to run
_STANDIN = """#!{python}
import json, sys, time
given = json.load(sys.stdin)
if "sleep" in given:
    time.sleep(60)
if "code" in given:
    sys.stderr.write(given["told"] + "\\n")
    sys.exit(int(given["code"]))
sys.stderr.write(given.get("told", "[]") + "\\n")
sys.stdout.write(given["body"])
"""


@pytest.fixture
def standin(tmp_path: Path) -> str:
    path = tmp_path / "python"
    path.write_text(_STANDIN.format(python=sys.executable), "utf-8")
    path.chmod(0o755)
    return str(path)


@pytest.fixture
def press(tmp_path: Path, standin: str) -> Press:
    return Press(tmp_path / "paper", waiting=3, python=standin)


def order(**given: str) -> Order:
    return Order("some.module", given, b"%PDF-", "Noto Sans")


def test_what_was_made_is_kept(press: Press) -> None:
    assert press.ask("r", "a", lambda: order(body="%PDF-1")).result(30) == b"%PDF-1"
    assert press.shelf.find("r", "a") == b"%PDF-1"

    def never() -> Order:
        raise AssertionError

    assert press.ask("r", "a", never).result(30) == b"%PDF-1"


def test_a_damaged_file_is_made_again(press: Press) -> None:
    press.ask("r", "a", lambda: order(body="%PDF-1")).result(30)
    press.shelf.path("r", "a").write_bytes(b"damaged")
    assert press.ask("r", "a", lambda: order(body="%PDF-2")).result(30) == b"%PDF-2"
    assert press.shelf.find("r", "a") == b"%PDF-2"


def test_many_who_ask_for_the_same_wait_for_one(press: Press) -> None:
    gate, made = threading.Event(), []

    def slow() -> Order:
        made.append(1)
        gate.wait(30)
        return order(body="%PDF-1")

    futures = [press.ask("r", "a", slow) for _ in range(20)]
    gate.set()
    assert {future.result(30) for future in futures} == {b"%PDF-1"}
    assert made == [1]


def test_a_full_queue_takes_nothing_more(press: Press) -> None:
    gate = threading.Event()

    def slow() -> Order:
        gate.wait(30)
        return order(body="%PDF-1")

    futures = [press.ask("r", key, slow) for key in "abc"]
    with pytest.raises(PressBusyError):
        press.ask("r", "d", slow)
    gate.set()
    assert all(future.result(30) for future in futures)
    assert press.ask("r", "d", slow).result(30) == b"%PDF-1"


def test_a_missing_library_is_told_apart_and_logged(press: Press) -> None:
    with capture_logs() as logs, pytest.raises(PressUnavailableError, match="libpango"):
        press.ask("r", "a", lambda: order(code=str(UNAVAILABLE), told="cannot load library libpango")).result(30)
    assert [(line["event"], line["log_level"]) for line in logs] == [("press.unavailable", "error")]


@pytest.mark.parametrize("given", [{"code": "1", "told": "no"}, {"body": "not a PDF"}])
def test_what_fails_is_not_kept_and_the_next_is_made(press: Press, given: dict[str, str]) -> None:
    with pytest.raises(PressError):
        press.ask("r", "a", lambda: order(**given)).result(30)
    assert press.shelf.find("r", "a") is None
    assert press.ask("r", "a", lambda: order(body="%PDF-1")).result(30) == b"%PDF-1"


def test_an_order_that_cannot_be_written_fails_alone(press: Press) -> None:
    def broken() -> Order:
        msg = "template"
        raise ValueError(msg)

    with pytest.raises(ValueError, match="template"):
        press.ask("r", "a", broken).result(30)
    assert press.ask("r", "b", lambda: order(body="%PDF-1")).result(30) == b"%PDF-1"


def test_what_takes_too_long_is_ended(tmp_path: Path, standin: str) -> None:
    press = Press(tmp_path / "paper", seconds=0.5, python=standin)
    with pytest.raises(PressError, match="too long"):
        press.ask("r", "a", lambda: order(sleep="1", body="")).result(30)


def test_a_missing_font_is_logged_once(press: Press) -> None:
    with capture_logs() as logs:
        for key in "ab":
            press.ask("r", key, lambda: order(body="%PDF-1", told='["DejaVu Sans"]')).result(30)
    assert [line["wanted"] for line in logs if line["event"] == "press.font_missing"] == ["Noto Sans"]
