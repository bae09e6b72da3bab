# what: asks for files and other schemes by URL
# expect: result
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import requests
    import urllib.request
    leaked = []
    for url in ("file:///etc/passwd", "file://localhost/etc/passwd", "ftp://127.0.0.1/x", "data:text/plain,hello", "gopher://127.0.0.1/x",
                "local_file:///etc/passwd", "jar:file:///x!/y", "dict://127.0.0.1:11211/stat", "//127.0.0.1/", "unix:///var/run/docker.sock"):
        for name, ask in (("requests", lambda: requests.get(url, timeout=0.3).text),
                          ("urllib", lambda: urllib.request.urlopen(url, timeout=0.3).read())):
            try:
                ask()
            except Exception:
                continue
            if not url.startswith("data:"):
                leaked.append([name, url])
    return {"leaked": leaked}
