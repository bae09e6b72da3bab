# what: asks private addresses by requests and by urllib
# expect: result
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import requests
    import urllib.request
    port = parameters.get("port", 80)
    leaked = []
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f.1", "017700000001", "[::1]", "[::ffff:127.0.0.1]", "127.1",
                 "169.254.169.254", "user@127.0.0.1", "127.0.0.1#@example.com", "localhost\t",
                 "example.com@127.0.0.1", "①27.0.0.1"):
        url = f"http://{host}:{port}/"
        for name, ask in (("requests", lambda: requests.get(url, timeout=0.5).text),
                          ("urllib", lambda: urllib.request.urlopen(url, timeout=0.5).read())):
            try:
                ask()
                leaked.append([name, host])
            except Exception:
                pass
    return {"leaked": leaked}
