"""Writes the Python of the guides as modules for mypy: `python tests/guides.py FOLDER`."""

from __future__ import annotations

import re
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
CLIENTS = ("openai", "anthropic", "langchain", "pipecat", "livekit", "openai-realtime")
# What a guide leaves to its reader.
BEFORE = """from __future__ import annotations

from typing import Any

AGENT_ID = KEY = call_sid = caller = ""
transport: Any = None
stt: Any = None
tts: Any = None
llm: Any = None


async def main() -> None:
"""


def main() -> None:
    folder = Path(sys.argv[1])
    pages = [ROOT / "docs/guides/clients" / f"{name}.md" for name in CLIENTS]
    pages += [ROOT / "docs/guides/sdk-python.md", ROOT / "sdks/python/README.md"]
    for page in pages:
        blocks = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)
        assert blocks, f"{page} has no Python in it"
        name = f"guide_{page.stem.replace('-', '_').lower()}.py"
        (folder / name).write_text(BEFORE + textwrap.indent("\n".join(blocks), "    "), encoding="utf-8")


if __name__ == "__main__":
    main()
