# what: forks as often as it can
# expect: error or result
# result: {"leaked": []}
import os
def execute_tool(parameters, context):
    leaked = []
    for _ in range(4000):
        try:
            pid = os.fork()
        except OSError:
            break
        if pid == 0:
            os._exit(0)
        leaked.append(pid)
    return {"leaked": leaked}
