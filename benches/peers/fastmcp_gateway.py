"""FastMCP before an HTTP upstream, made from an OpenAPI document: `fastmcp_gateway.py HOST:PORT UPSTREAM`.

Prints a bearer token (it asks for none) once it answers.
"""

import os
import socket
import sys
import threading
import time

import httpx2
from fastmcp import FastMCP
from invoice import document

listen, upstream = sys.argv[1:]
host, port = listen.rsplit(":", 1)
client = httpx2.AsyncClient(base_url=f"http://{upstream}", headers={"authorization": "Bearer k-0123456789abcdef"})


def wait() -> None:
    """Waits for the gateway, and says so."""
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=2).close()
            break
        except OSError:
            time.sleep(0.1)
    print("none", file=out, flush=True)


out = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
threading.Thread(target=wait, daemon=True).start()
server = FastMCP.from_openapi(openapi_spec=document(upstream), client=client)
server.run(transport="http", host=host, port=int(port), path="/mcp", log_level="error")
