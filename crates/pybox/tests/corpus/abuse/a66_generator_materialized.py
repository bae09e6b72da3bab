# what: collects an endless generator into a list, a tuple and a set
# expect: memory or timeout
import itertools
def execute_tool(parameters, context):
    return {"items": list(itertools.count())}
