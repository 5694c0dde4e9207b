"""Reading what is posted: capped in size, strict in its encoding, shallow in its nesting."""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn
from urllib.parse import parse_qsl

from fastapi import HTTPException, Request

MAX_BODY = 256 * 1024
#: The form has some 35 names; with every box ticked it sends about 200 fields.
MAX_FIELDS = 1000
#: `{"sectors": ["a"]}` is 2 deep.
MAX_DEPTH = 20

_TOKENS = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', re.DOTALL)


class ImpossibleNumberError(ValueError):
    """NaN, Infinity, or a number that is too big to be one."""


async def read_body(request: Request, expected: str) -> bytes:
    """The body of the media type `expected`. Raises HTTPException 413 (over 256 KiB), 400 (multipart), 415 (others)."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        raise HTTPException(400, f"send {expected}: nothing here takes files")
    if kind != expected:
        raise HTTPException(415, f"send {expected}")
    announced = request.headers.get("content-length", "")
    if announced.isdigit() and int(announced[:12]) > MAX_BODY:
        raise HTTPException(413, "the body is over 256 KiB")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY:
            raise HTTPException(413, "the body is over 256 KiB")
    return bytes(body)


async def read_form(request: Request) -> dict[str, list[str]]:
    """The fields of a plain HTML form, all values by name.

    Raises HTTPException 400 for bad UTF-8, NUL and more than 1,000 fields, and as `read_body` does.
    """
    body = await read_body(request, "application/x-www-form-urlencoded")
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=MAX_FIELDS)
    except ValueError as error:
        raise HTTPException(400, "not a form: bad encoding or too many fields") from error
    fields: dict[str, list[str]] = {}
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise HTTPException(400, "NUL in a field")
        fields.setdefault(name, []).append(value)
    return fields


async def read_json_object(request: Request) -> dict[str, Any]:
    """A JSON object in UTF-8.

    Raises HTTPException 400 for what is no JSON object, repeats a name, is nested deeper than 20 or holds NUL; 422
    for NaN, Infinity and numbers beyond all measure; and as `read_body` does.
    """
    body = await read_body(request, "application/json")
    try:
        text = body.decode("utf-8-sig")
    except ValueError as error:
        raise HTTPException(400, "not UTF-8") from error
    _check_depth(text)
    try:
        document = json.loads(text, parse_constant=_no_constant, parse_float=_finite, object_pairs_hook=_unique)
    except ImpossibleNumberError as error:
        raise HTTPException(422, "NaN and Infinity are no numbers") from error
    except (ValueError, RecursionError) as error:
        raise HTTPException(400, "not JSON, or a name is repeated") from error
    if not isinstance(document, dict):
        raise HTTPException(400, "not a JSON object")
    if _holds_nul(document):
        raise HTTPException(400, "NUL in a value")
    return document


def _check_depth(text: str) -> None:
    depth = 0
    for token in _TOKENS.finditer(text):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(token[0], 0)
        if depth > MAX_DEPTH:
            raise HTTPException(400, "nested too deeply")


def _no_constant(name: str) -> NoReturn:
    raise ImpossibleNumberError(name)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ImpossibleNumberError(text[:20])
    return number


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        message = "a name is repeated"
        raise ValueError(message)
    return document


def _holds_nul(value: object) -> bool:
    if isinstance(value, str):
        return "\0" in value
    if isinstance(value, dict):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_holds_nul, value))
