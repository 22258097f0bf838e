"""Counts answers and retries over an hour, a day and the life of the process; three alerts; log lines; text for Prometheus."""

from __future__ import annotations

import logging
import time
from typing import TypedDict

from . import _core
from ._types import Event

_LEVELS = {"healthy": logging.INFO, "warning": logging.WARNING, "critical": logging.ERROR}
_COUNTERS = (
    ("answers", "Answers that ended"),
    ("retries", "Retry events"),
    ("success_after_retry", "Answers completed after a retry"),
    ("retries_exhausted", "Answers given up after the last retry"),
    ("sessions_kept", "Answers whose session is known"),
)
_GAUGES = (
    ("retries", "recent_retries", "Retry events in the window"),
    ("success_after_retry", "recent_success_after_retry", "Answers completed after a retry, in the window"),
    ("retries_exhausted", "recent_retries_exhausted", "Answers given up, in the window"),
    ("average_delay", "recent_average_delay_seconds", "Mean announced delay in the window"),
)
_ALERTS = ("high_retry_rate", "retry_failure_rate", "average_retry_delay")


class Counts(TypedDict):
    answers: int
    retries: int
    success_after_retry: int
    retries_exhausted: int
    average_delay: float
    """Seconds; 0 without retries."""
    sessions_kept: int


class Alert(TypedDict):
    id: str
    value: float
    threshold: float
    message: str
    action: str


class Figures(Counts):
    """The totals, and two windows."""

    last_hour: Counts
    last_day: Counts
    alerts: list[Alert]


class Monitor:
    """A listener: ``retrying(run, on_event=monitor)``. One for the whole process.

    ``log``: where the lines go (``⚠️ Rate limit hit (attempt 1/3). Retrying in 5s...``); None for nowhere.
    """

    CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

    def __init__(self, log: logging.Logger | None = logging.getLogger("ai_stream_handler")) -> None:
        if log is not None and not callable(getattr(log, "log", None)):
            raise TypeError(f"log must be a logging.Logger or None, not {type(log).__name__}")
        self._core = _core.Monitor()
        self._log = log

    def __call__(self, event: Event) -> None:
        name = event.get("event")
        if name == "retry" and "reason" in event:  # Not one that the run itself sent.
            self._core.retried(event["attempt"], event["max_retries"], event["delay"], time.time())
        elif name == "ended":
            self._core.ended(
                event["attempts"], event["succeeded"], event["rate_limited"], event["session_id"] is not None, time.time()
            )
        else:
            return
        for level, text in self._core.take_lines():
            if self._log is not None:
                self._log.log(_LEVELS[level], text)

    def figures(self) -> Figures:
        """The figures, and the alerts that are active."""
        figures: Figures = self._core.figures(time.time())  # type: ignore[assignment]
        return figures

    def prometheus(self) -> str:
        """The figures in Prometheus's text format, for ``GET /metrics``."""
        figures = self.figures()
        lines: list[str] = []
        for key, help_text in _COUNTERS:
            name = f"ai_stream_{key}_total"
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} counter", f"{name} {figures[key]}"]  # type: ignore[literal-required]
        for key, metric, help_text in _GAUGES:
            name = f"ai_stream_{metric}"
            lines += [f"# HELP {name} {help_text}", f"# TYPE {name} gauge"]
            for window, counts in (("1h", figures["last_hour"]), ("24h", figures["last_day"])):
                lines.append(f'{name}{{window="{window}"}} {counts[key]}')  # type: ignore[literal-required]
        active = {alert["id"] for alert in figures["alerts"]}
        lines += ["# HELP ai_stream_alert 1 while the alert holds", "# TYPE ai_stream_alert gauge"]
        lines += [f'ai_stream_alert{{alert="{alert}"}} {int(alert in active)}' for alert in _ALERTS]
        return "\n".join(lines) + "\n"
