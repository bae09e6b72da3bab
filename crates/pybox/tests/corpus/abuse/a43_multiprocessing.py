# what: starts processes by multiprocessing and by executors
# expect: error
def execute_tool(parameters, context):
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor
    with ProcessPoolExecutor(2) as pool:
        return {"leaked": list(pool.map(abs, [-1, -2])), "cpus": multiprocessing.cpu_count()}
