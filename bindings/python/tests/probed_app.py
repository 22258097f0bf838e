"""examples/agentos-python/app.py, and a route that says how many of its answers have not ended."""

from __future__ import annotations

import gc
import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "examples/agentos-python"))

import uvicorn
from ai_stream_handler._retrying import _Answer
from app import app, base_app


@base_app.get("/tests/answers")
async def answers() -> dict[str, int]:
    gc.collect()
    return {"running": sum(isinstance(each, _Answer) for each in gc.get_objects())}


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ["PORT"]), log_level="warning")
