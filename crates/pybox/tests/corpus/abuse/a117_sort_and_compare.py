# what: sorts with a comparison that changes the list, and compares structures that double with each level
# expect: timeout or error
def execute_tool(parameters, context):
    left, right = [], []
    for _ in range(60):
        left, right = [left, left], [right, right]
    numbers = list(range(1000, 0, -1))
    try:
        numbers.sort(key=lambda number: numbers.clear() or number)
    except ValueError:
        pass
    return {"same": left == right}
