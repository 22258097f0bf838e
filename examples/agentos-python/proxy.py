"""The same route in front of an AgentOS that you already have, in a process of its own.

    pip install ai-stream-handler fastapi httpx python-multipart uvicorn
    AGENTOS=http://localhost:7777 python proxy.py

`POST /api/teams/{team}/runs` asks AgentOS's `POST /teams/{team}/runs`, passes its frames on, and retries: what the team's run ends with, and
what a gateway in between answers (429, 503, with their Retry-After). Environment: PORT (7778), AGENTOS.
"""

import os
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
from ai_stream_handler import Attempt, Monitor, retrying
from fastapi import FastAPI, Request
from fastapi.responses import PlainTextResponse, StreamingResponse

agentos = httpx.AsyncClient(base_url=os.environ.get("AGENTOS", "http://localhost:7777"), timeout=None)
monitor = Monitor()
app = FastAPI(title="Retries in front of AgentOS")


@app.post("/api/teams/{team_id}/runs")
async def run_team(team_id: str, request: Request) -> StreamingResponse:
    form = dict(await request.form())
    fields = {"session_id": str(uuid4()), **form, "stream": "true"}
    headers = {"Authorization": request.headers["Authorization"]} if "Authorization" in request.headers else {}

    async def run(attempt: Attempt) -> AsyncIterator[bytes]:
        async with agentos.stream("POST", f"/teams/{team_id}/runs", data=fields, headers=headers) as response:
            if response.is_error:
                await response.aread()  # What it says is in the body.
            response.raise_for_status()
            async for chunk in response.aiter_bytes():
                yield chunk

    return StreamingResponse(retrying(run, on_event=monitor), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


@app.get("/metrics")
async def metrics() -> PlainTextResponse:
    return PlainTextResponse(monitor.prometheus(), media_type=Monitor.CONTENT_TYPE)


if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "7778")), log_level="warning")
