# what: reads what it was not given from the standard input
# expect: result or error
# result: {"leaked": []}
import os, sys
def execute_tool(parameters, context):
    leaked = []
    attempts = [lambda: sys.stdin.read(10), lambda: sys.__stdin__.readline(), lambda: os.read(0, 10), lambda: open(0).read(5)]
    for number, attempt in enumerate(attempts):
        try:
            if attempt():
                leaked.append(number)
        except Exception:
            pass
    return {"leaked": leaked}
