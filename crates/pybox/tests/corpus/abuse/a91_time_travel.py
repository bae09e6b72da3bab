# what: sets clocks and replaces the functions that tell the time
# expect: result or error
# result: {"leaked": []}
import time
def execute_tool(parameters, context):
    leaked = []
    for name, arguments in (("clock_settime", (0, 0)), ("clock_settime_ns", (0, 0)), ("tzset", ())):
        try:
            getattr(time, name)(*arguments)
            if name != "tzset":
                leaked.append(name)
        except (AttributeError, OSError):
            pass
    time.time = time.monotonic = time.perf_counter = lambda: -1e18
    time.sleep = lambda seconds: None
    return {"leaked": leaked}
