# what: fills the disk, by open and by temporary files
# expect: result or error
# result: {"megabytes": 0}
def execute_tool(parameters, context):
    megabytes = 0
    try:
        with open("/tmp/sandbox_fill", "wb") as file:
            while megabytes < 300:
                file.write(b"x" * 1048576)
                megabytes += 1
    except OSError:
        pass
    import tempfile
    try:
        with tempfile.TemporaryFile() as file:
            while megabytes < 300:
                file.write(b"x" * 1048576)
                megabytes += 1
    except OSError:
        pass
    return {"megabytes": megabytes}
