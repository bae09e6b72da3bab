#!/usr/bin/env python3
"""Writes `src/callwright/_generated` from a server's OpenAPI document, and `_sync` from `_async`.

    python generate.py http://127.0.0.1:8080/openapi.json          write the files
    python generate.py --check http://127.0.0.1:8080/openapi.json  only say whether they are stale (exit 1)

Models are TypedDicts: the wire as it is, at no cost, and a newer server's fields pass through. The paths of the agent
guide and of the plan are left out: they are the same things by other names. The Model Context Protocol is too: it has
clients of its own. Needs nothing but Python.
"""

from __future__ import annotations

import argparse
import json
import keyword
import re
import sys
import textwrap
import urllib.request
from pathlib import Path
from typing import Any

PACKAGE = Path(__file__).resolve().parent / "src" / "callwright"
LEFT_OUT = {"guide", "mcp", "plan"}
NOTE = '"""Made by generate.py from the OpenAPI document. Do not edit."""\n'
METHODS = ("get", "post", "put", "patch", "delete")

Schema = dict[str, Any]


def words(text: str, indent: int, width: int = 118) -> list[str]:
    """A docstring of `text`."""
    pad = " " * indent
    text = " ".join(text.split()).replace("\\", "\\\\").replace('"""', "'''")
    if text.endswith('"'):
        text += " "
    if len(text) + indent + 6 <= width:
        return [f'{pad}"""{text}"""']
    lines = textwrap.wrap(text, width - indent - 3, break_long_words=False, break_on_hyphens=False)
    return [f'{pad}"""{lines[0]}', *(f"{pad}{line}" for line in lines[1:]), f'{pad}"""']


def camel(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", text) if part)


class Models:
    """Turns schemas into Python types."""

    def __init__(self, schemas: dict[str, Schema]) -> None:
        self.schemas = {name: each for name, each in schemas.items() if name.split(".")[0] not in LEFT_OUT}
        self.names = {name: camel(name) if name.islower() or "." in name else name for name in self.schemas}
        # Generic answers carry their items in place; the same schema has a name of its own.
        self.known = {
            json.dumps(schema, sort_keys=True): name
            for name, schema in self.schemas.items()
            if schema.get("type") == "object" and schema.get("properties")
        }
        self.classes: dict[str, list[str]] = {}
        self.aliases: dict[str, list[str]] = {}

    def all(self) -> None:
        for name in sorted(self.schemas):
            self.define(self.names[name], self.schemas[name])

    def resolve(self, schema: Schema) -> Schema:
        while "$ref" in schema:
            schema = self.schemas[schema["$ref"].rsplit("/", 1)[1]]
        return schema

    def define(self, name: str, schema: Schema) -> None:
        flat = self.flatten(name, schema)
        if isinstance(flat, dict):
            self.write_class(name, flat, schema.get("description", ""))
        else:
            lines = [f"{name} = {flat}"]
            if schema.get("description"):
                lines += words(schema["description"], 0)
            self.aliases[name] = lines

    def flatten(self, name: str, schema: Schema) -> Schema | str:
        """The one object that a schema means, or the expression of a type."""
        if "allOf" in schema:
            parts: list[Schema] = [{"properties": {}, "required": []}]
            labels = [""]
            for part in schema["allOf"]:
                part = self.resolve(part)
                choices = part.get("oneOf") or [part]
                merged, named = [], []
                for base, label in zip(parts, labels, strict=True):
                    for choice in choices:
                        flat = self.flatten(name, self.resolve(choice))
                        flat = flat if isinstance(flat, dict) else {"properties": {}}
                        merged.append(
                            {
                                "properties": {**base["properties"], **flat.get("properties", {})},
                                "required": base["required"] + flat.get("required", []),
                            }
                        )
                        named.append(label + (self.tag(choice) if len(choices) > 1 else ""))
                parts, labels = merged, named
            if len(parts) == 1:
                return parts[0]
            for part, label in zip(parts, labels, strict=True):
                self.write_class(name + label, part, "")
            return self.union([f'"{name}{label}"' for label in labels])
        if schema.get("properties") and schema.get("type", "object") == "object":
            return schema
        return self.expression(name, schema)

    def tag(self, schema: Schema) -> str:
        """The word by which one of several objects is known."""
        for prop in self.resolve(schema).get("properties", {}).values():
            if len(prop.get("enum", ())) == 1:
                return camel(str(prop["enum"][0]))
        return ""

    @staticmethod
    def union(types: list[str]) -> str:
        types = list(dict.fromkeys(types))
        if "Any" in types:
            return "Any"
        return types[0] if len(types) == 1 else f"Union[{', '.join(types)}]"

    def expression(self, name: str, schema: Schema) -> str:
        """The Python type of a schema; objects in it become classes named after `name`."""
        if "$ref" in schema:
            return f'"{self.names[schema["$ref"].rsplit("/", 1)[1]]}"'
        if "enum" in schema:
            return f"Literal[{', '.join(repr(value) for value in schema['enum'])}]"
        if "oneOf" in schema or "anyOf" in schema:
            choices = schema.get("oneOf") or schema["anyOf"]
            types = []
            for place, choice in enumerate(choices):
                label = name + (self.tag(choice) or (str(place + 1) if len(choices) > 1 and place else ""))
                types.append(self.expression(label, choice))
            return self.union(types)
        kinds = schema.get("type")
        if isinstance(kinds, list):
            return self.union([self.expression(name, {**schema, "type": kind}) for kind in kinds])
        if kinds == "array":
            return f"List[{self.expression(name + 'Item', schema.get('items', {}))}]"
        if kinds == "object" or "allOf" in schema:
            return self.object(name, schema)
        simple = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
        return simple.get(str(kinds), "Any")

    def object(self, name: str, schema: Schema) -> str:
        known = self.known.get(json.dumps(schema, sort_keys=True))
        if known:
            return f'"{self.names[known]}"'
        if not schema.get("properties") and "allOf" not in schema:
            values = schema.get("additionalProperties")
            return (
                f"Dict[str, {self.expression(name + 'Value', values)}]"
                if isinstance(values, dict)
                else "Dict[str, Any]"
            )
        if name in self.classes or name in self.aliases:
            name += "Object"
        flat = self.flatten(name, schema)
        if isinstance(flat, dict):
            self.write_class(name, flat, schema.get("description", ""))
            return f'"{name}"'
        return flat

    def write_class(self, name: str, schema: Schema, description: str) -> None:
        self.classes[name] = []  # Taken, while its fields are looked at.
        required = set(schema.get("required", ()))
        fields = []
        for field, value in schema["properties"].items():
            kind = self.expression(name + camel(field), value)
            kind = kind if field in required else f"NotRequired[{kind}]"
            fields.append((field, kind, value.get("description", "")))
        doc = words(description, 4) if description else []
        if any(keyword.iskeyword(field) or not field.isidentifier() for field, _, _ in fields):
            lines = [f"{name} = TypedDict(", f'    "{name}",', "    {"]
            lines += [f'        "{field}": {kind if kind[0] != chr(34) else f"{kind}"},' for field, kind, _ in fields]
            lines += ["    },", ")"]
            lines += words(description, 0) if description else []
        else:
            lines = [f"class {name}(TypedDict):", *doc]
            for field, kind, told in fields:
                lines.append(f"    {field}: {kind}")
                lines += words(told, 4) if told else []
            if not fields and not doc:
                lines.append("    pass")
        self.classes[name] = lines

    def text(self) -> str:
        imports = "from typing import Any, Dict, List, Literal, Union\n\n"
        imports += "from typing_extensions import NotRequired, TypedDict\n"
        chunks = ["\n".join(self.classes[name]) for name in sorted(self.classes)]
        chunks += ["\n".join(self.aliases[name]) for name in self.in_order()]
        everything = sorted([*self.classes, *self.aliases])
        exported = "__all__ = [\n" + "".join(f'    "{name}",\n' for name in everything) + "]\n"
        return NOTE + "\n# ruff: noqa\n" + imports + "\n\n" + "\n\n\n".join(chunks) + "\n\n\n" + exported

    def in_order(self) -> list[str]:
        """Aliases after those that they are made of alone."""
        done: list[str] = []

        def visit(name: str) -> None:
            if name in done:
                return
            for other in re.findall(r'"(\w+)"', self.aliases[name][0]):
                if other in self.aliases and other != name:
                    visit(other)
            # An alias of one name is that name; a text would be no type.
            self.aliases[name][0] = re.sub(r'^(\w+) = "(\w+)"$', r"\1 = \2", self.aliases[name][0])
            done.append(name)

        for name in sorted(self.aliases):
            visit(name)
        return done


def parameter(name: str) -> str:
    name = name.lower().replace("-", "_")
    return name + "_" if keyword.iskeyword(name) else name


class Operations:
    """Turns operations into methods, waiting and not."""

    def __init__(self, document: Schema, models: Models) -> None:
        self.document, self.models = document, models
        self.uses: set[str] = set()

    def kind(self, schema: Schema) -> str:
        kind = self.models.expression("Answer", schema).replace('"', "")
        named = {*self.models.classes, *self.models.aliases}
        self.uses.update(word for word in re.findall(r"\w+", kind) if word in named)
        return kind

    def answer(self, operation: Schema) -> tuple[str, str] | None:
        """The Python type of what comes back, and how it is read: json, text, bytes or nothing."""
        for status, response in sorted(operation["responses"].items()):
            if not status.startswith("2"):
                continue
            content = response.get("content")
            if not content:
                return "None", "nothing"
            if "application/json" in content:
                return self.kind(content["application/json"].get("schema", {})), "json"
            if "application/octet-stream" in content:
                return "bytes", "bytes"
            if "text/plain" in content or "application/x-ndjson" in content:
                return "str", "text"
        return None

    def methods(self) -> list[tuple[str, list[str]]]:
        found = []
        for path, methods in self.document["paths"].items():
            for method in METHODS:
                operation = methods.get(method)
                if not operation or LEFT_OUT & set(operation.get("tags", ())):
                    continue
                answer = self.answer(operation)
                if answer:
                    found.append((operation["operationId"], self.method(path, method, operation, *answer)))
        return sorted(found)

    def method(self, path: str, method: str, operation: Schema, kind: str, reading: str) -> list[str]:
        needed, optional = [], []
        places: dict[str, list[str]] = {"path": [], "query": [], "header": []}
        for given in operation.get("parameters", ()):
            name = parameter(given["name"])
            places[given["in"]].append(f'"{given["name"]}": {name}')
            told = self.kind(given["schema"])
            if given["in"] == "path":
                needed.append(f"{name}: {told}")
            else:
                told = told if "None" in told or given.get("required") else f"Optional[{told}]"
                optional.append(f"{name}: {told}" + ("" if given.get("required") else " = None"))
        body = operation.get("requestBody")
        if body:
            schema = next(iter(body["content"].values())).get("schema", {})
            told = self.kind(schema)
            if body.get("required"):
                needed.append(f"body: {told}")
            else:
                optional.append(f"body: Optional[{told}] = None")
        optional.append("timeout: Optional[float] = None")
        lines = [f"    def {operation['operationId']}("]
        lines += [f"        {each}," for each in ["self", *needed, "*", *optional]]
        lines += [f"    ) -> {kind}:"]
        lines += words(operation.get("summary") or operation.get("description") or operation["operationId"], 8)
        arguments = [f'"{method.upper()}"', f'"{path}"', f'reading="{reading}"']
        for place, said in (("path", "path"), ("query", "query"), ("header", "headers")):
            if places[place]:
                arguments.append(f"{said}={{{', '.join(places[place])}}}")
        if body:
            arguments.append("body=body")
        arguments.append("timeout=timeout")
        call = ["self._send("] + [f"            {each}," for each in arguments] + ["        )"]
        if kind == "None":
            return [*lines, "        " + call[0], *call[1:]]
        lines += [f"        answer: {kind} = {call[0]}", *call[1:], "        return answer"]
        return lines

    def text(self) -> str:
        methods = self.methods()
        waiting = [line for _, lines in methods for line in [*lines, ""]]
        asynchronous = [
            line.replace("    def ", "    async def ").replace("self._send(", "await self._send(") for line in waiting
        ]
        imports = "\nfrom typing import Any, Dict, List, Literal, Optional, Union\n\nfrom .models import (\n"
        imports += "".join(f"    {name},\n" for name in sorted(self.uses)) + ")\n"
        sender = [
            "    {}def _send(",
            "        self, method: str, path_template: str, *, reading: str, path: Optional[Dict[str, Any]] = None,",
            "        query: Optional[Dict[str, Any]] = None, headers: Optional[Dict[str, Any]] = None,",
            "        body: Any = None, timeout: Optional[float] = None,",
            "    ) -> Any:",
            "        raise NotImplementedError",
            "",
        ]
        parts = [NOTE, "\n# ruff: noqa", imports, "\n"]
        for name, what, lines, word in (
            ("Operations", "Every operation of the API, by its name in the OpenAPI document.", waiting, ""),
            ("AsyncOperations", "Every operation of the API, awaited.", asynchronous, "async "),
        ):
            parts.append(
                "\n".join(
                    [
                        f"class {name}:",
                        f'    """{what}"""',
                        "",
                        *(x.format(word) if "{}" in x else x for x in sender),
                        *lines,
                    ]
                )
                + "\n\n"
            )
        return "\n".join(parts).rstrip("\n") + "\n"


WAITING = (
    (r"\basync (def|for|with)\b", r"\1"),
    (r"\bawait ", ""),
    (r"\bAsync(Client|Transport|Operations|Toolbox|OpenAITools|AnthropicTools|Underway|Iterator)\b", r"\1"),
    (r"\bAwaitable\[Any\]", "Any"),
    (r"\bAwaitable, ", ""),
    (r"\b__a(enter|exit)__\b", r"__\1__"),
    (r"\baclose\b", "close"),
    (r"\baread\b", "read"),
    (r"\baiter_text\b", "iter_text"),
    (r"\b(all|client|may_tell|tell)_async\b", r"\1_sync"),
    (r"\basyncio\.sleep\b", "time.sleep"),
)


def waiting(text: str) -> str:
    """A module without `async`."""
    for pattern, instead in WAITING:
        text = re.sub(pattern, instead, text)
    text = text.replace("import asyncio\n", "" if "import time\n" in text else "import time\n")
    return "# Made by generate.py from `_async`. Do not edit.\n" + text


def files(document: Schema) -> dict[str, str]:
    """What the package's generated part is, by file."""
    models = Models(document["components"]["schemas"])
    models.all()
    text = Operations(document, models).text()
    made = {"__init__.py": NOTE, "models.py": models.text(), "operations.py": text}
    found = {f"_generated/{name}": text for name, text in made.items()}
    for path in sorted((PACKAGE / "_async").glob("*.py")):
        found[f"_sync/{path.name}"] = waiting(path.read_text(encoding="utf-8"))
    found["_sync/__init__.py"] = '"""The clients that wait. Made by generate.py from `_async`. Do not edit."""\n'
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes the generated part of the package.")
    parser.add_argument("document", help="address or file of the OpenAPI document")
    parser.add_argument("--check", action="store_true", help="only say whether the files are stale")
    wish = parser.parse_args()
    if wish.document.startswith(("http://", "https://")):
        with urllib.request.urlopen(wish.document) as answer:
            document = json.load(answer)
    else:
        document = json.loads(Path(wish.document).read_text(encoding="utf-8"))
    stale = []
    for name, text in files(document).items():
        path = PACKAGE / name
        if path.exists() and path.read_text(encoding="utf-8") == text:
            continue
        stale.append(name)
        if not wish.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    if wish.check and stale:
        print(f"stale: {', '.join(stale)}\nhint: python sdks/python/generate.py URL/openapi.json", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
