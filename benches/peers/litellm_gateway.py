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

from invoice import document

listen, upstream = sys.argv[1:]
host, port = listen.rsplit(":", 1)
home = tempfile.mkdtemp(prefix="litellm-")
key = "sk-bench-0123456789abcdef"
with open(f"{home}/openapi.json", "w") as file:
    json.dump(document(upstream), file)
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
