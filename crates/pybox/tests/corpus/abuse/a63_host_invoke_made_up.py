# what: calls back into the host by names that it made up
# expect: result or error or trap
# result: {"leaked": []}
def execute_tool(parameters, context):
    import _eryx
    leaked = []
    for name in ("", "eval", "exec", "read_file", "http", "secrets", "vault.lend", "../tools", "list_callbacks", "\0", "x" * 1_000_000,
                 "__proto__", "get_secret", "call"):
        for arguments in ("{}", "", "null", "{bad", '{"url": "http://127.0.0.1/"}', "[" * 100_000, "\ud800", '"' + "a" * 1_000_000 + '"'):
            try:
                answer = _eryx._eryx_invoke(name, arguments)
            except Exception:
                continue
            text = str(answer)
            if isinstance(answer, tuple) and answer and answer[0] == 0 and "error" not in text.lower():
                leaked.append([name[:20], text[:60]])
    return {"leaked": leaked}
