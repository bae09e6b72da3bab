# what: lists folders, by every function that can
# expect: result
# result: {"leaked": []}
import os
def execute_tool(parameters, context):
    leaked = []
    for path in ("/", ".", "..", "/etc", "/proc", "/tmp", "/root", "/home", "/usr", "/python-stdlib"):
        for look in (os.listdir, lambda p: list(os.scandir(p)), lambda p: os.stat(p).st_ino, os.chdir):
            try:
                found = look(path)
            except (OSError, AttributeError, ValueError):
                continue
            if found:
                leaked.append([path, str(found)[:80]])
    if any(os.path.exists(path) for path in ("/etc/passwd", "/root/.cargo", "/proc/self")):
        leaked.append("exists")
    return {"leaked": leaked}
