# what: reads and duplicates every low file descriptor, to find an open file of the host
# expect: result or error
# result: {"leaked": []}
import os
def execute_tool(parameters, context):
    leaked = []
    for number in range(3, 300):
        for attempt in (lambda: os.read(number, 8), lambda: os.pread(number, 8, 0), lambda: os.fdopen(number, "rb", closefd=False).read(8),
                        lambda: os.listdir(number), lambda: os.dup(number)):
            try:
                if attempt():
                    leaked.append(number)
            except (AttributeError, OSError, ValueError, TypeError):
                pass
    return {"leaked": sorted(set(leaked))}
