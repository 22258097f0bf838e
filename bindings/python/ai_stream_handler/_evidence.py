"""What is known of a failure: of an exception and its causes, of a run that ended with an error event.

SDKs differ in where they put the status, the headers and the body, so all places are looked at; what is missing or of another type
is passed over. No SDK is imported.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

Level = tuple[str, "int | None", str, "str | None"]

MOST_LEVELS = 10
MOST_TEXT = 16_384
# Keys in addresses: some SDKs print the whole URL, and the text may reach the page.
_QUERY = re.compile(r"(https?://)(?:[^\s'\"/@]+@)?([^\s'\"?#]+)[?#][^\s'\"]*")


def levels_of(error: BaseException) -> list[Level]:
    """An exception and what it was caused by, outermost first."""
    levels: list[Level] = []
    seen: set[int] = set()
    queue: list[BaseException] = [error]
    while queue and len(levels) < MOST_LEVELS:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        levels.append((_text(current), _status(current), _headers(current), type(current).__name__))
        inner = _get(current, "exceptions")
        if isinstance(inner, (tuple, list)):  # An ExceptionGroup.
            queue.extend(each for each in inner if isinstance(each, BaseException))
        cause = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
        if cause is not None:
            queue.append(cause)
    return levels


def levels_of_event(text: str, error_type: str | None, source: Any) -> list[Level]:
    """A run's error event. agno sends ``str(e)``, without the headers; the exception is still in the frame of the generator, which
    sends the event from its ``except`` clause."""
    levels: list[Level] = [(_shortened(text), None, "", error_type)]
    frame = _get(source, "ag_frame")
    for value in list(getattr(frame, "f_locals", {}).values()):
        if isinstance(value, BaseException) and _said(value) == text:
            return levels + levels_of(value)
    return levels


def _text(error: BaseException) -> str:
    text = _said(error)
    if "{" not in text:
        response = _get(error, "response")
        for body in (_get(error, "body"), _get(error, "details"), _get(response, "text"), response):
            more = _body(body)
            if more and more not in text:
                text = f"{text}\n{more}" if text else more
                break
    return _shortened(_QUERY.sub(r"\1\2", text))


def _said(error: BaseException) -> str:
    try:
        return str(error)
    except Exception:
        return ""


def _body(body: Any) -> str:
    if isinstance(body, str):
        return body
    if isinstance(body, bytes):
        return body.decode("utf-8", "replace")
    if isinstance(body, (dict, list)):
        try:
            return json.dumps(body, default=str)
        except (TypeError, ValueError, RecursionError):
            return ""
    return ""


def _status(error: BaseException) -> int | None:
    response = _get(error, "response")
    places: list[Any] = [_get(error, "status_code"), _get(error, "code"), _get(error, "status"), _get(error, "http_status")]
    places += [_get(response, "status_code"), _get(response, "status")]
    if isinstance(response, Mapping):  # botocore
        places.append(_member(_member(response, "ResponseMetadata"), "HTTPStatusCode"))
    for value in places:
        if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:
            return int(value)
    return None


def _headers(error: BaseException) -> str:
    response = _get(error, "response")
    places = [_get(error, "headers"), _get(response, "headers"), _member(_member(response, "ResponseMetadata"), "HTTPHeaders")]
    lines = []
    for headers in places:
        for name, value in _pairs(headers):
            if "retry-after" in name or "ratelimit" in name or "rate-limit" in name or name == "date":
                lines.append(f"{name}: {value}")
    after = _get(error, "retry_after")
    if isinstance(after, (int, float, str)) and not isinstance(after, bool):
        lines.append(f"retry-after: {' '.join(str(after).split())[:200]}")
    return "\n".join(lines)


def _pairs(headers: Any) -> Iterable[tuple[str, str]]:
    try:
        items = headers.items() if hasattr(headers, "items") else headers
        for name, value in list(items or ())[:200]:
            name, value = (part.decode("latin-1") if isinstance(part, bytes) else str(part) for part in (name, value))
            yield name.strip().lower(), " ".join(value.split())[:200]
    except Exception:
        return


def _get(thing: Any, name: str) -> Any:
    """An attribute, unless it is a method or fails: of a response that is not read, `text` raises."""
    try:
        value = getattr(thing, name, None)
    except Exception:
        return None
    return None if callable(value) and not isinstance(value, int) else value


def _member(mapping: Any, name: str) -> Any:
    return mapping.get(name) if isinstance(mapping, Mapping) else None


def _shortened(text: str) -> str:
    """The head and the tail: the reader looks at no more, and a text may be a whole page."""
    # Rust has no lone surrogates.
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if len(text) <= MOST_TEXT else text[: MOST_TEXT * 2 // 3] + text[-MOST_TEXT // 3 :]
