# what: starts threads by a pool, a timer and the low-level module
# expect: result
# result: {"leaked": []}
def execute_tool(parameters, context):
    leaked = []
    def pool():
        from concurrent.futures import ThreadPoolExecutor
        with ThreadPoolExecutor(4) as executor:
            return list(executor.map(abs, [-1]))
    def timer():
        import threading
        clock = threading.Timer(0.01, print)
        clock.start()
        return True
    def low():
        import _thread
        return _thread.start_new_thread(print, ("x",))
    for attempt in (pool, timer, low):
        try:
            if attempt():
                leaked.append(attempt.__name__)
        except Exception:
            pass
    return {"leaked": leaked}
