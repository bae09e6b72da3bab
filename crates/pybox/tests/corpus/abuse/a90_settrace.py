# what: traces and profiles the runner after its own function returned, and loops there
# expect: timeout or error or result
# result: {"done": true}
import sys
def execute_tool(parameters, context):
    def trace(frame, event, argument):
        while event == "return":
            pass
        return trace
    sys.settrace(trace)
    sys.setprofile(trace)
    return {"done": True}
