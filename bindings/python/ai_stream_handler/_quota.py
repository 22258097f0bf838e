"""How many input tokens of a model's quota per minute are used, and when the next request fits: in this process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from . import _core
from ._types import Event

LONGEST_WAIT = 3600.0
COMPLETED = frozenset({"ModelRequestCompleted", "TeamModelRequestCompleted"})
HELD_BACK = "429: held back, to stay under the rate limit of"


class RateLimited(Exception):
    """A request does not fit its quota now. Raised in ``run``, it is announced and waited out like a provider's 429."""

    def __init__(self, model: str, seconds: float) -> None:
        super().__init__(f"{HELD_BACK} {model or 'the model'}. Retry in {seconds:.3f}s")
        self.model = model
        self.retry_after = seconds
        self.status_code = 429


class Lease:
    """Tokens that were reserved for one answer. A listener: ``retrying(run, on_event=lease)`` sets what was used in reality against
    them, and tells the quota of limits."""

    def __init__(self, model: str, tokens: int, note: Callable[[Event, "Lease"], Awaitable[None] | None]) -> None:
        self.model = model
        self.reserved = tokens
        """Tokens that are not yet set against what was used."""
        self._note = note

    def __call__(self, event: Event) -> Awaitable[None] | None:
        return self._note(event, self)

    def settle(self, tokens: int) -> int:
        """Of ``tokens`` used, those that were not reserved."""
        covered = min(tokens, self.reserved)
        self.reserved -= covered
        return tokens - covered


class Quota:
    """Limits of one process; ``RedisQuota`` shares them.

    ``limit``: input tokens per minute of every model; ``limits``: of single ones. Those of a model without are learned from its
    first 429. A listener: ``retrying(run, on_event=quota)`` records what is used, and learns.
    """

    def __init__(self, limit: int | None = None, *, limits: Mapping[str, int] | None = None) -> None:
        self.limit, self.limits = checked_limits(limit, limits)
        self._core = _core.Quota()
        self._held: dict[str, float] = {}
        if self.limit is not None:
            self._core.set(None, self.limit)
        for model, own in self.limits.items():
            self._core.set(model, own)

    async def acquire(self, model: str, tokens: int = 0) -> Lease:
        """Waits until a request of so many input tokens fits, and reserves them. More than the whole quota waits for an empty
        minute. 0: waits only for a limit that was hit. Nobody sees this wait: for a stream, call ``reserve`` in ``run``."""
        while True:
            try:
                return await self.reserve(model, tokens)
            except RateLimited as limited:
                await asyncio.sleep(limited.retry_after)

    async def reserve(self, model: str, tokens: int = 0) -> Lease:
        """Reserves so many input tokens, or raises ``RateLimited``. Called in ``run``, the wait is in the stream, in sight of the user."""
        tokens = checked_tokens("tokens", tokens)
        if (seconds := self.wait(model, tokens)) > 0:
            raise RateLimited(model, seconds)
        if tokens:
            self.used(model, tokens, requests=0)
        return Lease(model, tokens, self._note)

    def wait(self, model: str, tokens: int = 0) -> float:
        """Seconds until a request of so many input tokens fits; 0 if it fits now."""
        checked_model(model)
        now = time.time()
        held = max(self._held.get(model, 0.0), self._held.get("", 0.0)) - now
        return max(held, self._core.wait(model, checked_tokens("tokens", tokens), now), 0.0)

    def used(self, model: str, input_tokens: int, *, total_tokens: int | None = None, requests: int = 1) -> None:
        """Records what a model request used."""
        checked_model(model)
        tokens = checked_tokens("input_tokens", input_tokens)
        requests = checked_tokens("requests", requests)
        total = tokens if total_tokens is None else checked_tokens("total_tokens", total_tokens)
        self._core.used(model, tokens, total, requests, time.time())

    def learn(self, text: str) -> None:
        """Learns limits from the text of a 429 (google.rpc.QuotaFailure)."""
        self._core.learn(checked_text(text))

    def hold(self, seconds: float, model: str = "") -> None:
        """Nothing is sent to the model (to none, without one) for so long: a limit was hit."""
        checked_model(model)
        until = time.time() + checked_seconds(seconds)
        self._held[model] = max(self._held.get(model, 0.0), until)
        if len(self._held) > 100:
            self._held = {name: end for name, end in self._held.items() if end > time.time()}

    def figures(self) -> list[dict[str, Any]]:
        """For each model: ``model``, ``input_tokens``, ``total_tokens``, ``requests`` of the last minute, ``limit``, ``source``."""
        return self._core.figures()

    def __call__(self, event: Event) -> None:
        self._note(event, None)

    def _note(self, event: Event, lease: Lease | None) -> None:
        if (usage := usage_of(event)) is not None:
            model, tokens, total = usage
            more = tokens if lease is None or lease.model != model else lease.settle(tokens)
            self.used(model, more, total_tokens=total)
        elif (limited := limit_in(event, lease)) is not None:
            text, seconds, model = limited
            self.learn(text)
            self.hold(seconds, model)


def usage_of(event: Event) -> tuple[str, int, int] | None:
    """Model, input tokens and all tokens of a model request that was answered; a member's, too."""
    if event.get("event") not in COMPLETED:
        return None
    model, tokens, total = event.get("model"), event.get("input_tokens"), event.get("total_tokens")
    if not isinstance(model, str) or not isinstance(tokens, int) or tokens < 0:
        return None
    return model, tokens, total if isinstance(total, int) and total >= tokens else tokens


def limit_in(event: Event, lease: Lease | None) -> tuple[str, float, str] | None:
    """The text of a rate limit that is waited out, the wait in seconds, and the model: the text's, or else the lease's."""
    if event.get("event") != "retry" or event.get("reason") != "rate_limit":
        return None
    text = str(event.get("text", ""))
    if text.startswith(HELD_BACK):  # Our own: nobody learns from it.
        return None
    models = [model for model, _ in _core.learned_limits(text)]
    named = models[0] if models else ""
    return text, min(float(event.get("delay", 0)), LONGEST_WAIT), named or (lease.model if lease is not None else "")


def checked_limits(limit: Any, limits: Any) -> tuple[int | None, dict[str, int]]:
    if limits is not None and not isinstance(limits, Mapping):
        raise TypeError(f"limits must be a dict of model names and tokens per minute, not {type(limits).__name__}")
    of_models = {}
    for model, own in (limits or {}).items():
        if not isinstance(model, str) or not model:
            raise TypeError(f"limits: {model!r} is no name of a model")
        of_models[model] = _limit(f"limits[{model!r}]", own)
    return None if limit is None else _limit("limit", limit), of_models


def _limit(option: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{option} must be a whole number of tokens per minute, not {type(value).__name__}")
    if not 1 <= value < 1 << 50:
        raise ValueError(f"{option} must be a number of tokens per minute from 1, not {value}")
    return value


def checked_tokens(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be a whole number, not {type(value).__name__}")
    if not 0 <= value < 1 << 50:
        raise ValueError(f"{name} must not be negative" if value < 0 else f"{name} is too large")
    return value


def checked_model(value: Any) -> None:
    if not isinstance(value, str):
        raise TypeError(f"model must be the model's id, a string, not {type(value).__name__}")


def checked_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"text must be the text of a 429, a string, not {type(value).__name__}")
    return value.encode("utf-8", "replace").decode("utf-8")  # Rust has no lone surrogates.


def checked_seconds(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise TypeError(f"seconds must be a number, not {type(value).__name__}")
    if not 0 <= value <= LONGEST_WAIT:
        raise ValueError(f"seconds must be from 0 to {LONGEST_WAIT:g}, not {value}")
    return float(value)
