# what: sends signals to itself, to its parent and to process 1
# expect: result or error
# result: {"leaked": []}
import os
def execute_tool(parameters, context):
    import signal
    leaked = []
    for name in ("kill", "killpg"):
        for pid in (parameters.get("victim", 0), os.getppid() if hasattr(os, "getppid") else 0):
            try:
                if pid:
                    getattr(os, name)(pid, 15)
                    leaked.append([name, pid])
            except (AttributeError, OSError):
                pass
    for attempt in (lambda: signal.alarm(1), lambda: signal.setitimer(signal.ITIMER_REAL, 0.1),
                    lambda: signal.pthread_kill(1, 15)):
        try:
            attempt()
        except Exception:
            pass
    return {"leaked": leaked}
