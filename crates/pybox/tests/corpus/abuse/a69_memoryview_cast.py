# what: keeps memory by memoryviews of arrays, and repeats an array past all bounds
# expect: memory or error
import array
def execute_tool(parameters, context):
    views = []
    for _ in range(10_000):
        views.append(memoryview(array.array("Q", [1]) * 1_000_000).cast("B"))
    return {"leaked": len(views)}
