"""What the conformance suite starts as the client: `driver.py CALLWRIGHT URL`. It looks at the server with `mcp-server probe`,
then calls what the scenario names, or every tool that it found, by the same command."""

import json
import os
import subprocess
import sys

binary, url = sys.argv[1], sys.argv[-1]
scenario = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")


def probe(calls=()):
    command = [binary, "mcp-server", "probe", url, "--json", "--timeout-seconds", "12"]
    if "client_id" in context and "client_secret" in context:
        os.environ["PROBE_SECRET"] = context["client_secret"]
        command += ["--client-id", context["client_id"], "--client-secret-env", "PROBE_SECRET"]
    for name, arguments in calls:
        command += ["--call", f"{name}={json.dumps(arguments)}"]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    return json.loads(done.stdout)


def sample(schema):
    """Arguments that fit a schema, as far as the suite's tools go."""
    of = {"number": 5, "integer": 5, "string": "a", "boolean": True, "array": [], "object": {}}
    fields = schema.get("properties", {})
    return {name: of.get(fields[name].get("type"), "a") for name in schema.get("required", []) if name in fields}


seen = probe()
if "toolCalls" in context:
    probe([(call["name"], call["arguments"]) for call in context["toolCalls"]])
elif scenario == "json-schema-2020-12-preservation":
    schemas = {tool["name"]: tool["input_schema"] for tool in seen["tools"]}
    echo = next(name for name, schema in schemas.items() if "schema" in schema.get("properties", {}))
    focal = next(schema for name, schema in schemas.items() if name != echo)
    probe([(echo, {"schema": focal})])
elif seen["tools"] and scenario != "json-schema-ref-no-deref":
    probe([(tool["name"], sample(tool["input_schema"])) for tool in seen["tools"]])
