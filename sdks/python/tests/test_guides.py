"""The quick-starts of docs/guides/clients, as they stand there."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, Dict

import pytest

from .conftest import World
from .fake_models import Models

GUIDES = Path(__file__).resolve().parents[3] / "docs" / "guides"


def code(name: str) -> str:
    blocks = re.findall(r"```python\n(.*?)```", (GUIDES / f"{name}.md").read_text(encoding="utf-8"), re.DOTALL)
    assert blocks, f"{name} has no Python in it"
    return "\n".join(blocks)


@pytest.mark.parametrize("name", ["openai", "anthropic", "langchain"])
def test_a_quick_start_runs(
    name: str, world: World, models: Models, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip(name, reason=f"{name} is not installed")
    for variable, value in {
        "CALLWRIGHT_URL": world.base_url,
        "CALLWRIGHT_TOKEN": world.token,
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": f"{models.root}/v1",
        "ANTHROPIC_API_KEY": "none",
        "ANTHROPIC_BASE_URL": models.root,
    }.items():
        monkeypatch.setenv(variable, value)
    text = code(f"clients/{name}").replace("How is the weather in Bonn?", 'call weather {"city": "Bonn"}')
    text = text.replace('"content": "call weather {"city": "Bonn"}"', '"content": \'call weather {"city": "Bonn"}\'')
    text = text.replace('("user", "call weather {"city": "Bonn"}")', '("user", \'call weather {"city": "Bonn"}\')')
    exec(compile(text.replace('agent="Helper"', 'agent="Voice"'), name, "exec"), {})
    assert "done: " in (told := capsys.readouterr().out) and "clear" in told


@pytest.mark.parametrize("name", ["pipecat", "livekit", "openai-realtime"])
def test_what_a_quick_start_imports_is_there(name: str) -> None:
    pytest.importorskip({"livekit": "livekit.agents"}.get(name, name.split("-")[0]))
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT | ast.PyCF_ONLY_AST
    parsed: Any = compile(code(f"clients/{name}"), name, "exec", flags)
    imports = [each for each in parsed.body if isinstance(each, (ast.Import, ast.ImportFrom))]
    names: Dict[str, Any] = {}
    exec(compile(ast.Module(body=imports, type_ignores=[]), name, "exec"), names)
    assert len(names) > 2
