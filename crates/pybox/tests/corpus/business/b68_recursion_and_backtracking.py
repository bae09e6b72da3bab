# what: recursive work: permutations, a knapsack, nested comments, Hanoi, and a depth of eight hundred
import functools
def thread(comments, parent=None, depth=0):
    return [line for comment in comments if comment["parent"] == parent for line in [f"{'  ' * depth}{comment['text']}", *thread(comments, comment["id"], depth + 1)]]
def depth(n):
    return 0 if n == 0 else 1 + depth(n - 1)
def execute_tool(parameters, context):
    weights, values = (1, 3, 4, 5), (1, 4, 5, 7)
    @functools.cache
    def best(index, room):
        if index == len(weights):
            return 0
        skip = best(index + 1, room)
        return skip if weights[index] > room else max(skip, values[index] + best(index + 1, room - weights[index]))
    def hanoi(n, a="A", b="B", c="C"):
        return [] if n == 0 else hanoi(n - 1, a, c, b) + [a + c] + hanoi(n - 1, b, a, c)
    comments = [{"id": 1, "parent": None, "text": "first"}, {"id": 2, "parent": 1, "text": "reply"}, {"id": 3, "parent": 2, "text": "deep"}, {"id": 4, "parent": None, "text": "second"}]
    return {"best": best(0, 7), "hanoi": len(hanoi(8)), "thread": thread(comments), "depth": depth(800)}
