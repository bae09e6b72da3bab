# what: ends the process by os._exit
# expect: trap or error
import os
def execute_tool(parameters, context):
    os._exit(0)
