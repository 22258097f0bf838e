"""The options of ``retrying``: validated at the call, before a response has begun. Errors name the option."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from ._types import Listener, Run

MAX_RETRIES = 100
LONGEST_DELAY = 3600.0


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
    _run("run", run)
    if isinstance(max_retries, bool) or not isinstance(max_retries, int):
        _wrong_type("max_retries", "a whole number", max_retries)
    if not 0 <= max_retries <= MAX_RETRIES:
        raise ValueError(f"max_retries must be a whole number from 0 to {MAX_RETRIES}, not {_shown(max_retries)}")
    own = () if delays is None else _sequence("delays", "a sequence of seconds, or None", delays)
    others = _sequence("fallbacks", "a sequence of functions like run", fallbacks)
    for at, fallback in enumerate(others):
        _run(f"fallbacks[{at}]", fallback)
    listeners: tuple[Any, ...]
    if on_event is None:
        listeners = ()
    elif callable(on_event):
        listeners = (on_event,)
    else:
        listeners = _sequence("on_event", "a function, a sequence of functions, or None", on_event)
        for at, listener in enumerate(listeners):
            if not callable(listener):
                _wrong_type(f"on_event[{at}]", "a function", listener)
    return Options(
        runs=(run, *others),
        max_retries=int(max_retries),
        base_delay=_number("base_delay", base_delay, LONGEST_DELAY, "seconds"),
        max_delay=_number("max_delay", max_delay, LONGEST_DELAY, "seconds"),
        delays=tuple(_number(f"delays[{at}]", delay, LONGEST_DELAY, "seconds") for at, delay in enumerate(own)),
        jitter=_number("jitter", jitter, 1.0, "a number"),
        timeout=None if timeout is None else _timeout(timeout),
        listeners=listeners,
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
    if isinstance(value, (str, bytes, dict)) or not isinstance(value, Iterable):
        _wrong_type(option, what, value)
    return tuple(value)


def _run(option: str, run: Any) -> None:
    if not callable(run):
        started = inspect.isawaitable(run) or hasattr(run, "__aiter__")
        hint = ": it is called once per attempt, as in `lambda attempt: team.arun(...)`" if started else ""
        if inspect.iscoroutine(run):
            run.close()  # Or Python warns that it was never awaited.
        _wrong_type(option, "a function", run, hint)
    try:
        signature = inspect.signature(run)
    except (TypeError, ValueError):
        return  # Some built-in callables have none.
    try:
        signature.bind(0)
    except TypeError:
        raise TypeError(
            f"{option} must take one argument, the attempt: `lambda attempt: team.arun(...)`; it is {_name(run)}{signature}"
        ) from None


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
