"""Events → SSE frames, as AgentOS writes them: ``event: NAME``, one ``data:`` line of JSON, a blank line."""

from __future__ import annotations

import base64
import dataclasses
import json
import logging
import math
from collections import deque
from collections.abc import Mapping, Sequence, Set, ValuesView
from enum import Enum
from typing import Any

log = logging.getLogger("ai_stream_handler")

MOST_NESTED = 60
MOST_VALUES = 1_000_000


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
        data = {**data, "event": name}  # The run may keep its own.
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
        data = method()
        return data if isinstance(data, dict) else json.loads(data)
    return dataclasses.asdict(event) if dataclasses.is_dataclass(event) else None  # type: ignore[arg-type]


def name_of(event: Mapping[str, Any]) -> Any:
    """The event's name: of an enum its value, of a subclass of str the text."""
    name = event.get("event")
    if type(name) is not str:
        name = name.value if isinstance(name, Enum) else name
        name = str(name) if isinstance(name, str) else name
    return name


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
        return _ascii.encode(_Plain().value(data, 0))


def _line(name: Any) -> str:
    text = name if type(name) is str else str(name)
    return text if text.isprintable() else " ".join(text.split())


def _other(value: Any) -> Any:
    """What JSON does not know."""
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(bytes(value)).decode("ascii")
    if isinstance(value, (Set, Sequence, ValuesView, deque)):
        return list(value)
    # `tolist`: of numpy's arrays and scalars.
    for convert in ("isoformat", "to_dict", "model_dump", "tolist"):
        method = getattr(value, convert, None)
        if callable(method) and not isinstance(value, type):
            return method()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    return str(value)


class _Plain:
    """The same without what JSON cannot hold: NaN and infinity become null, keys strings, cycles and failures a description."""

    def __init__(self) -> None:
        self.left = MOST_VALUES
        self.within: set[int] = set()
        """What holds the value at hand. A cycle that branches would grow without bound."""

    def value(self, value: Any, depth: int) -> Any:
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            return int(value) if abs(value) < 1 << 64 else float(value) if abs(value) < 1 << 1000 else str(type(value).__name__)
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        self.left -= 1
        if depth > MOST_NESTED or self.left < 0 or id(value) in self.within:
            return "..."
        self.within.add(id(value))
        try:
            return self._container(value, depth + 1)
        finally:
            self.within.discard(id(value))

    def _container(self, value: Any, depth: int) -> Any:
        if isinstance(value, Mapping):
            return {key if type(key) is str else _text(key): self.value(each, depth) for key, each in list(value.items())}
        if isinstance(value, (list, tuple)):
            return [self.value(each, depth) for each in value]
        try:
            return self.value(_other(value), depth)
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
