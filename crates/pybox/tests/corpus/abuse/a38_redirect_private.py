# what: is sent from a public address to a private one by a redirect
# expect: result
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import requests
    import urllib.request
    url = parameters.get("redirector", "http://127.0.0.1/redirect")
    leaked = []
    for name, ask in (("get", lambda: requests.get(url, timeout=1)),
                      ("post", lambda: requests.post(url, data="x", timeout=1)),
                      ("urlopen", lambda: urllib.request.urlopen(url, timeout=1).read())):
        try:
            answer = ask()
        except Exception:
            continue
        # A redirect that is not followed may be told, but what stands behind it may not.
        if name == "urlopen" or not 300 <= answer.status_code < 400:
            leaked.append(name)
    # By hand, the way that a program goes on when its client does not follow.
    try:
        answer = requests.get(url, timeout=1, allow_redirects=False)
        requests.get(answer.headers.get("Location") or parameters.get("private", "http://127.0.0.1/"), timeout=1)
        leaked.append("by hand")
    except Exception:
        pass
    return {"leaked": leaked}
