# what: asks for a public page although its network is switched off
# expect: result or error
# result: {"leaked": []}
def execute_tool(parameters, context):
    leaked = []
    try:
        import requests
        requests.get("http://example.com/", timeout=0.5)
        leaked.append("requests")
    except Exception:
        pass
    try:
        import urllib.request
        urllib.request.urlopen("http://example.com/", timeout=0.5)
        leaked.append("urllib")
    except Exception:
        pass
    try:
        import socket
        socket.create_connection(("example.com", 80), timeout=0.5)
        leaked.append("socket")
    except Exception:
        pass
    return {"leaked": leaked}
