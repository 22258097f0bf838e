"""What a run yields → the frames to send: of events, of SSE text in any pieces. Notices whose session it is and how the run ends."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from . import _core
from ._evidence import Level, levels_of_event
from ._frames import NotAnEvent, data_of, encoded, frame, name_of

ENDS_BADLY = frozenset({"RunError", "TeamRunError", "WorkflowError"})
NO_SUCCESS = frozenset({"RunCancelled", "TeamRunCancelled", "WorkflowCancelled", "error"})
"""Events of the run itself, after which it has ended otherwise than completed. `error`: of a backend that retries behind this one."""
ENDINGS = ENDS_BADLY | NO_SUCCESS


class Failed(Exception):
    """The run failed: what is known of it."""

    def __init__(self, levels: list[Level]) -> None:
        self.levels = levels


class Known:
    """What the events tell of the run."""

    def __init__(self) -> None:
        self.session_id: str | None = None
        self.run_id: str | None = None
        """Of the top-level run."""
        self.succeeds = True


Item = tuple["dict[str, Any] | None", bytes]


class Reader:
    """What one run yields → ``(data, frame)`` of each event. Raises ``Failed`` at the run's own error event."""

    def __init__(self, known: Known, source: Any, told: bool) -> None:
        self.known = known
        self.source = source
        self.told = told
        """Whether anybody is told the data of a frame."""
        self.decoder: _core.Decoder | None = None
        self.is_empty = True

    def read(self, event: Any) -> Iterable[Item]:
        if isinstance(event, (str, bytes, bytearray, memoryview)):
            return self._chunk(event.encode("utf-8", "replace") if isinstance(event, str) else bytes(event))
        data = data_of(event)
        if data is None:
            return ()
        name = name_of(data)
        text = encoded(data)
        self.is_empty = False
        if self.known.run_id is None:
            self._note(data)
        if type(name) is str and name in ENDINGS:
            self._note_ending(name, text, data)
        return ((data, frame(name, text)),)

    def finish(self) -> Iterator[Item]:
        """The end of the run."""
        if self.decoder is not None:
            yield from self._frames(self.decoder.finish())
        if self.is_empty:
            raise NotAnEvent("the run ended without an event")

    def _chunk(self, chunk: bytes) -> Iterator[Item]:
        """Frames, or pieces of them: of a background run, of a proxy."""
        if self.decoder is None:
            self.decoder = _core.Decoder()
        yield from self._frames(self.decoder.push(chunk))

    def _frames(self, events: list[tuple[str, str]]) -> Iterator[Item]:
        for name, text in events:
            self.is_empty = False
            data: dict[str, Any] | None = None
            if self.known.run_id is None or name in ENDINGS or self.told:
                data = _object(name, text)
            if data is not None:
                if self.known.run_id is None:
                    self._note(data)
                if name in ENDINGS:
                    self._note_ending(name, text, data)
            yield data, frame(name, text)

    def _note(self, data: dict[str, Any]) -> None:
        """The run and its session, from its first event."""
        if data.get("parent_run_id"):
            return
        run_id, session_id = data.get("run_id"), data.get("session_id")
        if isinstance(run_id, str) and run_id:
            self.known.run_id = run_id
            if isinstance(session_id, str) and session_id:
                self.known.session_id = session_id

    def _note_ending(self, name: str, text: str, data: dict[str, Any]) -> None:
        """One of ``ENDINGS``: of the run, or of a member, which is the leader's concern."""
        if name in NO_SUCCESS:
            if not data.get("parent_run_id"):
                self.known.succeeds = False
            return
        error = _core.top_level_error(name, text)
        # agno sets parent_run_id for members; a run_id of another run is a second sign.
        run_id, ours = data.get("run_id"), self.known.run_id
        if error is not None and (run_id is None or ours is None or run_id == ours):
            raise Failed(levels_of_event(*error, self.source))


def _object(name: str, text: str) -> dict[str, Any] | None:
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return {"event": name, **data} if isinstance(data, dict) else None
