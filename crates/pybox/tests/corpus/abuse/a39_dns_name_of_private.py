# what: asks public names that resolve to private addresses
# expect: result or timeout
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import requests
    leaked = []
    for host in ("localhost", "metadata.google.internal", "localtest.me", "127.0.0.1.nip.io", "lvh.me", "169.254.169.254.nip.io", "kubernetes.default.svc",
                 "host.docker.internal", "ip6-localhost", parameters.get("private_name", "localhost")):
        try:
            requests.get(f"http://{host}:{parameters.get('port', 80)}/", timeout=0.1)
            leaked.append(host)
        except Exception:
            pass
    return {"leaked": leaked}
