"""An AgentOS whose team waits out rate limits in sight of the user: `POST /api/teams/{team}/runs`, and `GET /metrics` for Prometheus.

    pip install ai-stream-handler -r requirements.txt    # Python 3.11 or later, for these versions
    GOOGLE_API_KEY=… python app.py

Then `createStreamHandler({ endpoint: 'http://localhost:7777', url: '/api/teams/cirkelline/runs' })` in a page. AgentOS's own routes are
there as well. Environment: PORT (7777), DATABASE (tmp/agentos.db), ORIGINS (of pages, comma-separated), MODEL, GEMINI_URL (of a stand-in for
Google's endpoint), REDIS_URL (several workers share their limits).
"""

import json
import os
from pathlib import Path
from typing import Any
from uuid import uuid4

from agno.agent import Agent
from agno.db.sqlite import SqliteDb
from agno.models.google import Gemini
from agno.os import AgentOS
from agno.team import Team
from ai_stream_handler import Attempt, Monitor, Quota, RedisQuota, retrying
from ai_stream_handler.agno import keep_causes
from fastapi import FastAPI, HTTPException, Request
from fastapi.responses import PlainTextResponse, StreamingResponse

MODEL = os.environ.get("MODEL", "gemini-2.5-flash")
DATABASE = Path(os.environ.get("DATABASE", "tmp/agentos.db"))
DATABASE.parent.mkdir(parents=True, exist_ok=True)
db = SqliteDb(db_file=str(DATABASE))


keep_causes()  # agno drops the SDK's exception, and with it the wait that a header names.


def gemini() -> Gemini:
    url = os.environ.get("GEMINI_URL")
    return Gemini(id=MODEL, **({"client_params": {"http_options": {"base_url": url}}} if url else {}))


def get_previous_session_messages(num_sessions: int = 2) -> str:
    """Messages of earlier sessions."""
    return json.dumps([{"role": "user", "content": "What is the weather in Copenhagen?"}])


def member(id: str, name: str, role: str) -> Agent:
    return Agent(id=id, name=name, role=role, model=gemini(), db=db, instructions=f"AGENT:{id}", telemetry=False)


cirkelline = Team(
    id="cirkelline", name="Cirkelline", model=gemini(), db=db, instructions="AGENT:cirkelline",
    members=[member("web-researcher", "Web Researcher", "searches the web"), member("analyst", "Analyst", "analyzes findings")],
    tools=[get_previous_session_messages], stream_member_events=True, telemetry=False,
)  # fmt: skip
TEAMS = {team.id: team for team in [cirkelline]}

monitor = Monitor()
quota = RedisQuota(os.environ["REDIS_URL"]) if "REDIS_URL" in os.environ else Quota()
base_app = FastAPI(title="AgentOS with retries")


@base_app.post("/api/teams/{team_id}/runs")
async def run_team(team_id: str, request: Request) -> StreamingResponse:
    team = TEAMS.get(team_id)
    if team is None:
        raise HTTPException(404, "There is no such team.")
    fields = await fields_of(request)
    message, user = fields["message"], fields.get("user_id") or None
    session = fields.get("session_id") or str(uuid4())  # One session for all attempts.

    async def run(attempt: Attempt):
        await quota.reserve(MODEL)  # If a limit was hit just now, the wait is announced in the stream, and nobody asks Google.
        return team.arun(message, stream=True, stream_events=True, session_id=session, user_id=user)

    return StreamingResponse(
        retrying(run, on_event=[monitor, quota]),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"},  # Or nginx holds the stream back.
    )


async def fields_of(request: Request) -> dict[str, Any]:
    """The fields of a form, which pages send, or of JSON."""
    try:
        is_json = request.headers.get("content-type", "").startswith("application/json")
        fields = await request.json() if is_json else dict(await request.form())
    except ValueError as error:
        raise HTTPException(400, f"The body is not JSON: {error}") from error
    wrong = not isinstance(fields, dict) or not all(isinstance(fields.get(name, ""), (str, type(None))) for name in ("session_id", "user_id"))
    if wrong or not isinstance(fields.get("message"), str):
        raise HTTPException(422, "message must be a text; session_id and user_id too, if they are there.")
    return fields


@base_app.get("/metrics")
async def metrics() -> PlainTextResponse:
    return PlainTextResponse(monitor.prometheus(), media_type=Monitor.CONTENT_TYPE)


origins = os.environ.get("ORIGINS", "http://localhost:3000").split(",")
# AgentOS has a GET /metrics as well: its own usage figures. This app's is the one for Prometheus.
app = AgentOS(
    id="os", teams=[cirkelline], db=db, base_app=base_app, on_route_conflict="preserve_base_app",
    cors_allowed_origins=origins, telemetry=False,
).get_app()  # fmt: skip

if __name__ == "__main__":
    import uvicorn

    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "7777")), log_level="warning")
