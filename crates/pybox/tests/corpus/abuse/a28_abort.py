# what: ends the process by abort
# expect: trap or error
import os
def execute_tool(parameters, context):
    os.abort()
