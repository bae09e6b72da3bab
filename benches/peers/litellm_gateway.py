"""LiteLLM's MCP gateway before an HTTP upstream, from an OpenAPI document: `litellm_gateway.py HOST:PORT UPSTREAM`.

Prints the bearer token to use once it answers.
"""

import json
import os
import sys
import tempfile
import threading
import time
import urllib.request

listen, upstream = sys.argv[1:]
host, port = listen.rsplit(":", 1)
home = tempfile.mkdtemp(prefix="litellm-")
key = "sk-bench-0123456789abcdef"
invoice = {
    "type": "object",
    "additionalProperties": False,
    "required": ["customer", "amount", "currency"],
    "properties": {
        "customer": {"type": "string", "pattern": "^cus_[0-9]+$", "maxLength": 64},
        "amount": {"type": "integer", "minimum": 1},
        "currency": {"type": "string", "enum": ["usd", "eur", "gbp"]},
        "note": {"type": "string", "maxLength": 500},
    },
}
document = {
    "openapi": "3.1.0",
    "info": {"title": "Invoices", "version": "1"},
    "servers": [{"url": f"http://{upstream}"}],
    "paths": {
        "/invoices": {
            "post": {
                "operationId": "invoices",
                "requestBody": {"required": True, "content": {"application/json": {"schema": invoice}}},
                "responses": {"200": {"description": "An invoice"}},
            }
        }
    },
}
with open(f"{home}/openapi.json", "w") as file:
    json.dump(document, file)
server = {
    "url": f"http://{upstream}",
    "spec_path": f"{home}/openapi.json",
    "transport": "http",
    "auth_type": "bearer_token",
    "auth_value": "k-0123456789abcdef",
}
config = {"model_list": [], "general_settings": {"master_key": key}, "mcp_servers": {"billing": server}}
# JSON is YAML.
with open(f"{home}/config.yaml", "w") as file:
    json.dump(config, file)
os.environ.update(LITELLM_LOCAL_MODEL_COST_MAP="true", LITELLM_LOG="ERROR")


def wait() -> None:
    """Waits for the gateway, and says so."""
    while True:
        try:
            urllib.request.urlopen(f"http://{listen}/health/liveliness", timeout=2).close()
            break
        except OSError:
            time.sleep(0.2)
    print(key, file=out, flush=True)


out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from litellm.proxy.proxy_cli import run_server

threading.Thread(target=wait, daemon=True).start()
run_server(["--config", f"{home}/config.yaml", "--host", host, "--port", port, "--num_workers", "1"])
