# what: runs shell commands through the functions of os
# expect: result
# result: {"leaked": []}
import os
def execute_tool(parameters, context):
    leaked = []
    attempts = {
        "system": lambda: os.system("id > /tmp/escape_marker") == 0,
        "popen": lambda: os.popen("id").read(),
        "execv": lambda: os.execv("/bin/sh", ["sh", "-c", "id"]),
        "execve": lambda: os.execve("/bin/sh", ["sh"], {}),
        "spawnv": lambda: os.spawnv(os.P_WAIT, "/bin/sh", ["sh", "-c", "id"]) == 0,
        "posix_spawn": lambda: os.posix_spawn("/bin/sh", ["sh"], {}),
        "startfile": lambda: os.startfile("id"),
    }
    for name, attempt in attempts.items():
        try:
            if attempt():
                leaked.append(name)
        except Exception:
            pass
    return {"leaked": leaked}
