"""ContextForge before an HTTP upstream, at its defaults: `contextforge_gateway.py HOST:PORT UPSTREAM`.

Prints the bearer token to use once its tool is registered. Its defaults refuse upstreams on loopback and few
calls a minute: both are opened here, as the other gateways have no such limit.
"""

import json
import os
import sys
import tempfile
import threading
import time
import urllib.request

from invoice import INVOICE

listen, upstream = sys.argv[1:]
host, port = listen.rsplit(":", 1)
home = tempfile.mkdtemp(prefix="contextforge-")
os.chdir(home)
key, admin = "bench-key-0123456789abcdef0123456789abcdef", "bench@example.com"
os.environ.update(
    HOST=host,
    PORT=port,
    DATABASE_URL=f"sqlite:///{home}/mcp.db",
    CACHE_TYPE="memory",
    JWT_SECRET_KEY=key,
    AUTH_ENCRYPTION_SECRET=key,
    PLATFORM_ADMIN_EMAIL=admin,
    PLATFORM_ADMIN_PASSWORD="Bench-0123456789!",
    SSRF_ALLOW_LOCALHOST="true",
    SSRF_ALLOW_PRIVATE_NETWORKS="true",
    TOOL_RATE_LIMIT="100000000",
    RATE_LIMITING_ENABLED="false",
    LOG_LEVEL="ERROR",
)
tool = {
    "name": "invoices",
    "url": f"http://{upstream}/invoices",
    "description": "An invoice",
    "integration_type": "REST",
    "request_type": "POST",
    "headers": {"authorization": "Bearer k-0123456789abcdef"},
    "input_schema": INVOICE,
}


async def token() -> str:
    from mcpgateway.utils.create_jwt_token import create_jwt_token

    return await create_jwt_token({"sub": admin, "is_admin": True, "teams": None}, expires_in_minutes=600, secret=key)


def register(bearer: str) -> None:
    """Waits for the gateway, registers the tool, and says so."""
    while True:
        try:
            urllib.request.urlopen(f"http://{listen}/health", timeout=2).close()
            break
        except OSError:
            time.sleep(0.2)
    request = urllib.request.Request(
        f"http://{listen}/tools",
        json.dumps({"tool": tool, "visibility": "public"}).encode(),
        {"authorization": f"Bearer {bearer}", "content-type": "application/json"},
    )
    try:
        urllib.request.urlopen(request, timeout=20).close()
    except OSError as error:
        print(f"its tool could not be registered: {error}", file=sys.stderr, flush=True)
        os._exit(1)
    print(bearer, file=out, flush=True)


# The gateway prints its migrations to the standard output.
out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
import asyncio

import uvicorn

threading.Thread(target=register, args=(asyncio.run(token()),), daemon=True).start()
uvicorn.run("mcpgateway.main:app", host=host, port=int(port), log_level="error")
