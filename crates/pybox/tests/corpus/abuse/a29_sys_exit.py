# what: ends by SystemExit with a code that fits no integer
# expect: error
import sys
def execute_tool(parameters, context):
    sys.exit(2 ** 200)
