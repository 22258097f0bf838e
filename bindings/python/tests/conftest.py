"""A clock of its own for every test that waits: 20 seconds take none, a call that blocks would be noticed, and a busy machine is not."""

from __future__ import annotations

import asyncio
import os
import selectors
import socket
from collections.abc import AsyncIterable, Awaitable, Iterable
from typing import Any, TypeVar

import ai_stream_handler
from hypothesis import settings

T = TypeVar("T")

EXAMPLES = 60 if os.environ.get("PYTHON_TESTS") == "quick" else 500
"""Generated runs per test."""

# The same runs each time where a failure would stop somebody else's change.
settings.register_profile("quick", derandomize=True)
if os.environ.get("PYTHON_TESTS") == "quick":
    settings.load_profile("quick")


def pytest_report_header() -> str:
    return f"ai_stream_handler: {ai_stream_handler.__file__}"


class _Jump(selectors.DefaultSelector):
    """Waits for nothing but sockets that are ready: the time until the next timer passes at once."""

    loop: VirtualLoop

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(0)
        if not ready and timeout:
            self.loop.passed += timeout
        return ready if ready or timeout is not None else super().select(None)


class VirtualLoop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        selector = _Jump()
        selector.loop = self
        self.passed = 0.0
        super().__init__(selector)

    def time(self) -> float:
        return self.passed


def run(work: Awaitable[T], *, virtual: bool = True) -> T:
    """Runs to the end. Tasks that are left over are an error: a stream that ended holds nothing."""

    async def bounded() -> T:
        result = await work
        # Of generators that were dropped, asyncio closes what is left in tasks of their own.
        for _ in range(3):
            await asyncio.sleep(0)
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        assert not left, left
        return result

    loop = VirtualLoop() if virtual else asyncio.new_event_loop()
    try:
        return loop.run_until_complete(bounded())
    finally:
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def drain(frames: AsyncIterable[bytes]) -> None:
    async for _ in frames:
        pass


def collected(frames: AsyncIterable[bytes]) -> list[bytes]:
    async def all_of() -> list[bytes]:
        return [frame async for frame in frames]

    return run(all_of())


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


class Script:
    """A run per attempt: a list of what it yields; an exception in it is raised. Remembers its attempts and who was closed."""

    def __init__(self, *attempts: Iterable[Any]) -> None:
        self.attempts = attempts
        self.calls: list[Any] = []
        self.closed: list[int] = []
        self.began: list[float] = []

    def __call__(self, attempt: Any) -> AsyncIterable[Any]:
        self.calls.append(attempt)
        number = len(self.calls) - 1
        return self._events(number, self.attempts[min(number, len(self.attempts) - 1)])

    async def _events(self, number: int, items: Iterable[Any]) -> Any:
        loop = asyncio.get_running_loop()
        self.began.append(getattr(loop, "passed", 0.0))
        try:
            for item in items:
                if isinstance(item, BaseException):
                    raise item
                if isinstance(item, float):
                    await asyncio.sleep(item)
                    continue
                yield item
        finally:
            self.closed.append(number)


def content(text: str, run_id: str = "r1", **more: Any) -> dict[str, Any]:
    return {"event": "TeamRunContent", "run_id": run_id, "session_id": "s1", "content": text, **more}


def started(run_id: str = "r1", **more: Any) -> dict[str, Any]:
    return {"event": "TeamRunStarted", "run_id": run_id, "session_id": "s1", **more}


def completed(text: str, run_id: str = "r1") -> dict[str, Any]:
    return {"event": "TeamRunCompleted", "run_id": run_id, "session_id": "s1", "content": text}


def run_error(text: str, run_id: str = "r1", **more: Any) -> dict[str, Any]:
    return {"event": "TeamRunError", "run_id": run_id, "session_id": "s1", "content": text, **more}
