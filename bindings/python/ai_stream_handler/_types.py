"""What is passed in and out: an attempt, a run, an event, a listener."""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Mapping
from typing import Any, Union


class Attempt(int):
    """The number of runs started before this one: 0 for the first. What it knows of them, so that a run can go on where they were."""

    session_id: str | None
    """The session of the run before. With ``session_id=attempt.session_id`` all attempts share one, even if the request names none."""
    run_id: str | None
    """The run before, which failed."""

    def __new__(cls, number: int, session_id: str | None = None, run_id: str | None = None) -> "Attempt":
        attempt = super().__new__(cls, number)
        attempt.session_id = session_id
        attempt.run_id = run_id
        return attempt


Event = Mapping[str, Any]
"""What a listener is told: an event of the run as it is sent, ``retry``, ``error``, and ``ended`` at the end (docs/backend-python.md)."""

Listener = Callable[[Event], Union[Awaitable[object], object]]
"""A function or a coroutine function."""

Run = Callable[[Attempt], Union[AsyncIterable[Any], Awaitable[AsyncIterable[Any]]]]
"""Starts the run once more: ``lambda attempt: team.arun(message, stream=True, stream_events=True)``."""
