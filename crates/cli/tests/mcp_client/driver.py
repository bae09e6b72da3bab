"""What the conformance suite starts as the client: `driver.py CALLWRIGHT URL`. It looks at the server with `mcp-server probe`,
then calls what the scenario names, or every tool that it found, by the same command. Where somebody has to sign in, it opens
the address that the command prints, as a person's browser would."""

import json
import os
import subprocess
import sys
import threading
import urllib.request

binary, url = sys.argv[1], sys.argv[-1]
scenario = os.environ.get("MCP_CONFORMANCE_SCENARIO", "")
context = json.loads(os.environ.get("MCP_CONFORMANCE_CONTEXT") or "{}")
is_signed_in = scenario.startswith("auth/") and not scenario.startswith("auth/client-credentials")


def probe(calls=()):
    command = [binary, "mcp-server", "probe", url, "--json", "--timeout-seconds", "40"]
    for field, option in (("client_secret", "--client-secret-env"), ("private_key_pem", "--client-key-env")):
        if "client_id" in context and field in context:
            os.environ["PROBE_SECRET"] = context[field]
            command += ["--client-id", context["client_id"], option, "PROBE_SECRET"]
    if is_signed_in:
        command += ["--authorize"]
    if scenario == "auth/basic-cimd":
        command += ["--client-metadata-url", "https://conformance-test.local/client-metadata.json"]
    for name, arguments in calls:
        command += ["--call", f"{name}={json.dumps(arguments)}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        browser = threading.Thread(target=open_addresses, args=(running.stderr,))
        browser.start()
        told = running.stdout.read()
        browser.join()
    if running.returncode:
        sys.exit(running.returncode)
    return json.loads(told)


def open_addresses(talk):
    """What a person does who is shown an address."""
    for line in talk:
        sys.stderr.write(line)
        if line.startswith("http"):
            urllib.request.urlopen(line.strip(), timeout=40).read()


def sample(schema):
    """Arguments that fit a schema, as far as the suite's tools go."""
    of = {"number": 5, "integer": 5, "string": "a", "boolean": True, "array": [], "object": {}}
    fields = schema.get("properties", {})
    return {name: of.get(fields[name].get("type"), "a") for name in schema.get("required", []) if name in fields}


if is_signed_in:
    # In one go: a second look would be a second sign-in.
    probe([("test-tool", {})])
    sys.exit()
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
