# what: looks for the host's environment and for its own process in /proc
# expect: result
# result: {"leaked": []}
import os
def execute_tool(parameters, context):
    leaked = sorted(name for name in os.environ if not name.startswith("PYTHON"))
    for name in ("PATH", "HOME", "USER", "CALLWRIGHT_MASTER_KEY", "CALLWRIGHT_DATABASE_URL", "AWS_SECRET_ACCESS_KEY"):
        if os.environ.get(name) is not None or os.getenv(name) is not None:
            leaked.append(name)
    for path in ("/proc/self/environ", "/proc/1/environ"):
        try:
            with open(path, "rb") as file:
                leaked.append([path, len(file.read())])
        except OSError:
            pass
    return {"leaked": leaked}
