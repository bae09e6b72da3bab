# what: allocates in __del__ while a MemoryError is being handled
# expect: memory or error or timeout or trap
class Greedy:
    def __del__(self):
        try:
            bytearray(100_000_000)
            Greedy()
        except MemoryError:
            Greedy()
def execute_tool(parameters, context):
    kept = [Greedy() for _ in range(1000)]
    while True:
        kept.append(bytearray(10_000_000))
