# what: a type alias and generic functions and classes as they are written since Python 3.12, where that is there
# parameters: {"names": ["a", "b"]}
import sys
NEWER = """
type Names = list[str]
def first[T](items: list[T], default: T | None = None) -> T | None:
    return items[0] if items else default
class Stack[T]:
    def __init__(self) -> None:
        self.items: list[T] = []
    def push(self, item: T) -> T:
        self.items.append(item)
        return item
answer = [first(["x", "y"]), first([], 3), Stack().push(5), f"{"nested " + "quotes"}"]
"""
def execute_tool(parameters, context):
    scope = {"__name__": __name__}
    if sys.version_info >= (3, 12):
        exec(NEWER, scope)
    return {"answer": scope.get("answer", ["x", 3, 5, "nested quotes"])}
