# what: opens thousands of connections and upgrades handles that are none
# expect: result or error or trap or timeout
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import _eryx
    leaked = []
    for number in range(3000):
        try:
            answer = _eryx._eryx_tcp_connect("127.0.0.1", 1 + number % 65535, 1)
        except Exception:
            continue
        if isinstance(answer, tuple) and answer and answer[0] == 0:
            leaked.append(number)
    for handle in (0, 1, -1, 2 ** 32 - 1, None):
        for name in ("example.com", "", "\0", "a" * 70_000):
            try:
                answer = _eryx._eryx_tls_upgrade(handle, name, 10)
            except Exception:
                continue
            if isinstance(answer, tuple) and answer and answer[0] == 0:
                leaked.append(["tls", str(handle)])
    return {"leaked": leaked}
