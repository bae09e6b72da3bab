# what: reports output past the limits, to streams that are none
# expect: result or error or trap or memory or timeout
# result: {"done": true}
def execute_tool(parameters, context):
    import _eryx
    for stream in (0, 1, 2, 3, 99, 2 ** 32 - 1, -1, None):
        for data in (b"", b"forged\n", b"\xff\xfe" * 10, b"x" * 20_000_000, "text", None):
            try:
                _eryx._eryx_report_output(stream, data)
            except Exception:
                pass
    for arguments in ((1, "{}", ""), (2 ** 32, "x" * 10_000_000, "y"), (-1, None, None), ("a",)):
        try:
            _eryx._eryx_report_trace(*arguments)
        except Exception:
            pass
    return {"done": True}
