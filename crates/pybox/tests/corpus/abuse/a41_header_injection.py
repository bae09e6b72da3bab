# what: smuggles a second request into headers, method and path
# expect: result
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import requests
    private = parameters.get("private", "http://127.0.0.1/")
    leaked = []
    attempts = [
        lambda: requests.get(private, headers={"X": "a\r\nHost: 127.0.0.1"}, timeout=0.3),
        lambda: requests.get(private, headers={"X\r\nY": "a"}, timeout=0.3),
        lambda: requests.request("GET / HTTP/1.1\r\nHost: x\r\n\r\nGET", private, timeout=0.3),
        lambda: requests.get("http://example.com@" + private.split("//")[1], timeout=0.3),
        lambda: requests.get(private, headers={"Host": "example.com"}, timeout=0.3),
        lambda: requests.get("http://example.com\\@127.0.0.1/", timeout=0.3),
    ]
    for number, attempt in enumerate(attempts):
        try:
            attempt()
            leaked.append(number)
        except Exception:
            pass
    return {"leaked": leaked}
