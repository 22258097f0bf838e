"""The options of ``retrying``: validated at the call, before a response has begun. Errors name the option."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import islice
from typing import Any, NoReturn

from ._types import Listener, Run

MAX_RETRIES = 100
LONGEST_DELAY = 3600.0
MOST_ENTRIES = 1000


@dataclass(frozen=True)
class Options:
    runs: tuple[Run, ...]
    """The run and its fallbacks."""
    max_retries: int
    base_delay: float
    max_delay: float
    delays: tuple[float, ...]
    jitter: float
    timeout: float | None
    listeners: tuple[Listener, ...]


def checked(
    run: Run,
    max_retries: int,
    base_delay: float,
    max_delay: float,
    delays: Sequence[float] | None,
    jitter: float,
    timeout: float | None,
    fallbacks: Sequence[Run],
    on_event: Listener | Sequence[Listener] | None,
) -> Options:
    _takes_one("run", run, "the attempt: `lambda attempt: team.arun(...)`")
    if isinstance(max_retries, bool) or not isinstance(max_retries, int):
        _wrong_type("max_retries", "a whole number", max_retries)
    if not 0 <= max_retries <= MAX_RETRIES:
        raise ValueError(f"max_retries must be a whole number from 0 to {MAX_RETRIES}, not {_shown(max_retries)}")
    own = () if delays is None else _sequence("delays", "a sequence of seconds, or None", delays)
    others = _sequence("fallbacks", "a sequence of functions like run", fallbacks)
    for at, fallback in enumerate(others):
        _takes_one(f"fallbacks[{at}]", fallback, "the attempt: `lambda attempt: team.arun(...)`")
    return Options(
        runs=(run, *others),
        max_retries=int(max_retries),
        base_delay=_number("base_delay", base_delay, LONGEST_DELAY, "seconds"),
        max_delay=_number("max_delay", max_delay, LONGEST_DELAY, "seconds"),
        delays=tuple(_number(f"delays[{at}]", delay, LONGEST_DELAY, "seconds") for at, delay in enumerate(own)),
        jitter=_number("jitter", jitter, 1.0, "a number"),
        timeout=None if timeout is None else _timeout(timeout),
        listeners=_listeners(on_event),
    )


def _number(option: str, value: Any, most: float, what: str) -> float:
    number = _real(option, value, what)
    if not 0 <= number <= most:
        raise ValueError(f"{option} must be {what} from 0 to {most:g}, not {_shown(value)}")
    return number


def _timeout(value: Any) -> float:
    number = _real("timeout", value, "seconds, or None")
    if not 0 < number < math.inf:
        raise ValueError(f"timeout must be seconds above 0, or None for no limit, not {_shown(value)}")
    return number


def _real(option: str, value: Any, what: str) -> float:
    # Not `numbers.Real`: Decimal is none, and numpy's scalars convert as well.
    if isinstance(value, (bool, str, bytes)) or not hasattr(value, "__float__"):
        _wrong_type(option, what, value)
    try:
        return float(value)
    except OverflowError:
        return math.inf
    except Exception:
        _wrong_type(option, what, value)


def _sequence(option: str, what: str, value: Any) -> tuple[Any, ...]:
    # The order counts, and a set has none.
    if isinstance(value, (str, bytes, Mapping, Set)) or not isinstance(value, Iterable):
        _wrong_type(option, what, value)
    entries = tuple(islice(value, MOST_ENTRIES + 1))  # A generator may be endless.
    if len(entries) > MOST_ENTRIES:
        raise ValueError(f"{option} must have at most {MOST_ENTRIES} entries")
    return entries


def _listeners(on_event: Any) -> tuple[Any, ...]:
    if on_event is None:
        return ()
    if callable(on_event):
        named = [("on_event", on_event)]
    else:
        entries = _sequence("on_event", "a function, a sequence of functions, or None", on_event)
        named = [(f"on_event[{at}]", listener) for at, listener in enumerate(entries)]
    for option, listener in named:
        if isinstance(listener, type):
            raise TypeError(f"{option} must be a function, not the class {_name(listener)}: pass an instance, {_name(listener)}()")
        _takes_one(option, listener, "the event")
    return tuple(listener for _, listener in named)


def _takes_one(option: str, function: Any, argument: str) -> None:
    if not callable(function):
        started = inspect.isawaitable(function) or hasattr(function, "__aiter__")
        hint = ": it is called once per attempt, as in `lambda attempt: team.arun(...)`" if started else ""
        if inspect.iscoroutine(function):
            function.close()  # Or Python warns that it was never awaited.
        _wrong_type(option, "a function", function, hint)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # Some built-in callables have none.
    try:
        signature.bind(0)
    except TypeError:
        raise TypeError(f"{option} must take one argument, {argument}; it is {_name(function)}{signature}") from None


def _wrong_type(option: str, what: str, value: Any, hint: str = "") -> NoReturn:
    raise TypeError(f"{option} must be {what}, not {_name(type(value)) if value is not None else 'None'}{hint}")


def _name(thing: Callable[..., Any] | type) -> str:
    return str(getattr(thing, "__name__", None) or type(thing).__name__)


def _shown(value: Any) -> str:
    try:
        text = repr(value)
    except Exception:  # An int of more than 4300 digits.
        return "such a number"
    return text if len(text) <= 40 else text[:37] + "..."
