# what: sleeps far longer than it may run
# expect: timeout
import time
def execute_tool(parameters, context):
    time.sleep(600)
    return {"slept": True}
