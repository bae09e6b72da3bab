# what: writes past print to the file descriptors of the host
# expect: result or error
# result: {"leaked": []}
import os, sys
def execute_tool(parameters, context):
    leaked = []
    for number in (3, 4, 5, 6, 10, 255):
        try:
            os.write(number, b"ESCAPED\n")
            leaked.append(number)
        except OSError:
            pass
    for number in (1, 2):
        try:
            os.write(number, b"ESCAPED\n")       # allowed to vanish or to be logged; the test looks at the host's own output
        except OSError:
            pass
    return {"leaked": leaked}
