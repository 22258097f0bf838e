"""The code blocks of the documentation run: with agno, and without asking anybody."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import ai_stream_handler
import pytest

ROOT = Path(__file__).parents[3]
BLOCKS = {
    page: re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.M | re.S)
    for page in ("docs/backend-python.md", "bindings/python/README.md")
}


class AnyTeam:
    def arun(self, *_: Any, **__: Any) -> Any:
        raise AssertionError("nobody calls it here")


def namespace() -> dict[str, Any]:
    team = AnyTeam()
    return {
        "run": team.arun, "team": team, "team_on_gemini": team, "team_on_claude": team, "message": "m", "session": "s",
        "retrying": ai_stream_handler.retrying, "monitor": ai_stream_handler.Monitor(log=None),
    }  # fmt: skip


@pytest.mark.parametrize("page, number", [(page, number) for page, blocks in BLOCKS.items() for number in range(len(blocks))])
def test_every_block_runs(page: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    code = BLOCKS[page][number]
    if "fastapi" in code:
        pytest.importorskip("fastapi")
    if "agno" in code:
        pytest.importorskip("agno")
        pytest.importorskip("google.genai")
    (tmp_path / "tmp").mkdir()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GOOGLE_API_KEY", "none")
    names = namespace()
    exec(compile(code, f"{page}, block {number + 1}", "exec"), names)
    if "app" in names:
        assert "/api/teams/cirkelline/runs" in names["app"].openapi()["paths"]


def test_there_are_blocks() -> None:
    assert [len(blocks) for blocks in BLOCKS.values()] == [5, 1]


def test_the_page_names_every_public_name_and_option() -> None:
    text = (ROOT / "docs/backend-python.md").read_text("utf-8")
    for name in ("retrying", "Monitor", "Quota", "RedisQuota", "RateLimited", "Lease"):
        assert name in ai_stream_handler.__all__ and f"`{name}" in text, name
    for option in ai_stream_handler.retrying.__kwdefaults__:
        assert f"`{option}`" in text, option


def test_the_licenses_are_those_of_the_repository() -> None:
    for name in ("LICENSE-MIT", "LICENSE-APACHE"):
        assert (ROOT / "bindings/python/licenses" / name).read_bytes() == (ROOT / name).read_bytes(), name
