"""A time limit for what a generator awaits, and only for that: not for what its consumer does between two items.

``asyncio.timeout`` around a ``yield`` would cancel the consumer; ``asyncio.wait_for`` costs a timer, and before Python 3.12 a task,
per event. Here one timer serves a whole attempt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")

CLEANUP = 10.0
"""Seconds that a run may take to clean up after its end or its cancellation."""


class Passed(Exception):
    """The time is over."""


def cancellations() -> int:
    """How often the current task was cancelled; always 0 before Python 3.11, which does not count."""
    count = getattr(asyncio.current_task(), "cancelling", None)
    return 0 if count is None else int(count())


class Deadline:
    __slots__ = ("_cancelled", "_task", "_timer", "passed")

    def __init__(self, seconds: float | None) -> None:
        self.passed = False
        self._cancelled = 0
        self._task: asyncio.Task[Any] | None = None
        self._timer = None if seconds is None else asyncio.get_running_loop().call_later(seconds, self._pass)

    async def wait(self, awaitable: Awaitable[T]) -> T:
        """The result, unless the time passes before it is there: then ``Passed``, whatever else the awaitable comes to."""
        if self.passed:
            close = getattr(awaitable, "close", None)
            if close is not None:
                close()  # Or Python 3.13 warns that it was never awaited.
            raise Passed
        self._task = task = asyncio.current_task()
        try:
            result = await awaitable
        except BaseException as error:
            if self.passed and self._was_ours(task) and isinstance(error, (asyncio.CancelledError, Exception)):
                raise Passed from error
            raise
        finally:
            self._task = None
        if self.passed:
            self._was_ours(task)
            raise Passed
        return result

    def stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _pass(self) -> None:
        self.passed = True
        if self._task is not None:
            self._cancelled += 1
            self._task.cancel()
        # The cleanup of what was cancelled may wait for something as well.
        self._timer = asyncio.get_running_loop().call_later(CLEANUP, self._pass)

    def _was_ours(self, task: asyncio.Task[Any] | None) -> bool:
        """Takes our cancellations back. Whether there were no others; before Python 3.11 nobody can tell."""
        uncancel = getattr(task, "uncancel", None)
        left = 0
        while self._cancelled and uncancel is not None:
            self._cancelled -= 1
            left = uncancel()
        return left == 0
