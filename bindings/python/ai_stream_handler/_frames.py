"""Events → SSE frames, as AgentOS writes them: ``event: NAME``, one ``data:`` line of JSON, a blank line."""

from __future__ import annotations

import base64
import dataclasses
import json
import logging
import math
from collections.abc import Mapping
from enum import Enum
from typing import Any

log = logging.getLogger("ai_stream_handler")

MOST_NESTED = 60


class NotAnEvent(TypeError):
    """What the run yielded cannot be sent. The backend's mistake, not the provider's."""


def data_of(event: Any) -> dict[str, Any] | None:
    """The data of an event object; None if it is not sent: the output of a run (``yield_run_output=True``) is no event."""
    if isinstance(event, dict):
        return event
    if isinstance(event, Mapping):
        return dict(event)
    try:
        data = _converted(event)
    except Exception:
        # One event that cannot be converted does not cost the answer.
        log.exception("ai_stream_handler: %s is not sent: it cannot be converted", _kind(event))
        return None
    if not isinstance(data, dict):
        raise NotAnEvent(f"the run yielded {_kind(event)}, and no event: an object with `to_dict`, a dict, or an SSE frame")
    if "event" not in data:
        name = getattr(event, "event", None)
        if name is None:
            return None
        data["event"] = name
    return data


def _converted(event: Any) -> Any:
    if isinstance(event, type):
        return None
    for convert in ("to_dict", "model_dump"):
        method = getattr(event, convert, None)
        if callable(method):
            return method()
    method = getattr(event, "to_json", None)
    if callable(method):
        return json.loads(method())
    return dataclasses.asdict(event) if dataclasses.is_dataclass(event) else None  # type: ignore[arg-type]


def frame(name: Any, data: str) -> bytes:
    """``name``: None or '' for a frame without. Line breaks, which JSON does not need, would end a line."""
    if "\n" in data or "\r" in data:
        data = data.replace("\r", " ").replace("\n", " ")
    text = f"event: {_line(name)}\ndata: {data}\n\n" if name else f"data: {data}\n\n"
    return text.encode("utf-8", "replace")


def data_in(sent: bytes) -> dict[str, Any]:
    """The data of one of the core's own frames."""
    data: dict[str, Any] = json.loads(sent.split(b"\ndata: ", 1)[1])
    return data


def encoded(data: Any) -> str:
    """JSON that every reader takes: no NaN, no lone surrogate, whatever the data holds."""
    try:
        text = _fast.encode(data)
        text.encode("utf-8")
        return text
    except Exception:  # Of an object in it, `to_dict` may raise anything.
        return _ascii.encode(_plain(data, 0))


def _line(name: Any) -> str:
    text = name if type(name) is str else str(name.value if isinstance(name, Enum) else name)
    return text if text.isprintable() else " ".join(text.split())


def _other(value: Any) -> Any:
    """What JSON does not know."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, (set, frozenset)):
        return list(value)
    for convert in ("isoformat", "to_dict", "model_dump"):
        method = getattr(value, convert, None)
        if callable(method) and not isinstance(value, type):
            return method()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


def _plain(value: Any, depth: int) -> Any:
    """The same without what JSON cannot hold: NaN and infinity become null, keys strings, cycles and failures a description."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return int(value) if abs(value) < 1 << 64 else float(value) if abs(value) < 1 << 1000 else str(type(value).__name__)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth > MOST_NESTED:
        return "..."
    if isinstance(value, Mapping):
        return {key if type(key) is str else _text(key): _plain(each, depth + 1) for key, each in list(value.items())}
    if isinstance(value, (list, tuple)):
        return [_plain(each, depth + 1) for each in value]
    try:
        return _plain(_other(value), depth + 1)
    except Exception:
        return _text(value)


def _text(value: Any) -> str:
    try:
        return str(value.value if isinstance(value, Enum) else value)
    except Exception:
        return f"<{type(value).__name__}>"


def _kind(value: Any) -> str:
    name = type(value).__name__
    return "None" if value is None else f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


# Instances of their own: json.dumps makes a new one for every call with other options.
_fast = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_other)
_ascii = json.JSONEncoder(ensure_ascii=True, allow_nan=False, default=_text)
