"""Keeps what agno drops of a provider's refusal.

agno 3.1.10 turns the SDK's exception into a ``ModelRateLimitError`` without a cause (``ModelProviderError.classify``), and then into the
text of an event. A wait that is named in a header only (Anthropic), or in an error within a stream (Gemini), is lost on the way.
"""

from __future__ import annotations

from typing import Any

_MARK = "_ai_stream_handler_keeps_causes"


def keep_causes() -> None:
    """Makes agno's classified exceptions name their cause, so that ``retrying`` finds the wait. Call it once, at the start.

    Sets ``__cause__`` where it is missing and changes nothing else. With another agno, that has no such method, it does nothing.
    """
    try:
        from agno.exceptions import ModelProviderError
    except ImportError as error:
        raise ImportError("keep_causes() is for agno, which is not installed: pip install agno") from error
    original = getattr(ModelProviderError, "classify", None)
    if original is None or getattr(original, _MARK, False):
        return

    def classify(cls: type, error: Any) -> Any:
        classified = original(error)
        if classified is not error and classified.__cause__ is None:
            classified.__cause__ = error
        return classified

    setattr(classify, _MARK, True)
    setattr(ModelProviderError, "classify", classmethod(classify))
