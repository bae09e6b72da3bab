# what: writes files where a process usually may
# expect: result
# result: {"leaked": []}
def execute_tool(parameters, context):
    leaked = []
    for path in ("/tmp/escape_marker", "/root/escape_marker", "./escape_marker", "escape_marker", "/var/tmp/escape_marker",
                 "/dev/shm/escape_marker", "/python-stdlib/x.py"):
        try:
            with open(path, "w") as file:
                file.write("x")
            leaked.append(path)
        except OSError:
            pass
    return {"leaked": leaked}
