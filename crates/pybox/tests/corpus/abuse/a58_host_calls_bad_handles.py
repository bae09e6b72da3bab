# what: calls the host's own functions with handles that it never got
# expect: result or error or trap
# result: {"leaked": []}
# network: policy
def execute_tool(parameters, context):
    import _eryx
    leaked = []
    handles = [0, 1, 2, 7, 1000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 64, -1, -2 ** 31, None, "1", 1.5, True, [], b"\0"]
    for name in ("_eryx_tcp_read", "_eryx_tls_read"):
        for handle in handles:
            for length in (0, 1, 65536, 2 ** 31, 2 ** 32 - 1, -1):
                try:
                    answer = getattr(_eryx, name)(handle, length, 10)
                except Exception:
                    continue
                if isinstance(answer, tuple) and answer and answer[0] == 0 and answer[1:] and answer[1]:
                    leaked.append([name, str(handle), length])
    for name in ("_eryx_tcp_write", "_eryx_tls_write"):
        for handle in handles:
            try:
                answer = getattr(_eryx, name)(handle, b"x" * 10, 10)
            except Exception:
                continue
            if isinstance(answer, tuple) and answer and answer[0] == 0 and answer[1:] and answer[1]:
                leaked.append([name, str(handle)])
    for name in ("_eryx_tcp_close", "_eryx_tls_close"):
        for handle in handles + handles:
            try:
                getattr(_eryx, name)(handle)
            except Exception:
                pass
    return {"leaked": leaked}
