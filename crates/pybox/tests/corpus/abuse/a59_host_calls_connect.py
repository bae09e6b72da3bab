# what: calls the host's connect directly, past every shim, with private and malformed targets
# expect: result or error or trap
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import _eryx
    leaked = []
    port = parameters.get("port", 80)
    hosts = ["127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f000001", "0177.0.0.1", "::1", "::ffff:127.0.0.1", "[::1]", "127.1", "",
             "\0", "a" * 100_000, "127.0.0.1\0.example.com", "169.254.169.254", "http://127.0.0.1", "é.localhost", "..", "%00", " 127.0.0.1"]
    for host in hosts:
        for number in (port, 0, -1, 65536, 2 ** 40, "80", None):
            try:
                answer = _eryx._eryx_tcp_connect(host, number, 50)
            except Exception:
                continue
            if isinstance(answer, tuple) and answer and answer[0] == 0:
                leaked.append([host[:40], str(number)])
    return {"leaked": leaked}
