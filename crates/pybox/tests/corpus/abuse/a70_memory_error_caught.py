# what: catches each MemoryError and tries again, smaller, to stand at the limit
# expect: timeout or memory
def execute_tool(parameters, context):
    kept, size = [], 64 * 1024 * 1024
    while True:
        try:
            kept.append(bytearray(size))
        except MemoryError:
            size = max(1, size // 2)
