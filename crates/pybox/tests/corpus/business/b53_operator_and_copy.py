# what: sorts and groups by operators, and copies nested structures
import copy, operator
from functools import reduce
def execute_tool(parameters, context):
    rows = [{"name": "b", "n": 2, "at": {"city": "X"}}, {"name": "a", "n": 2, "at": {"city": "Y"}}, {"name": "c", "n": 1, "at": {"city": "X"}}]
    shallow, deep = copy.copy(rows), copy.deepcopy(rows)
    rows[0]["at"]["city"] = "Z"
    return {"sorted": [row["name"] for row in sorted(rows, key=operator.itemgetter("n", "name"))], "shallow": shallow[0]["at"]["city"], "deep": deep[0]["at"]["city"],
            "sum": reduce(operator.add, map(operator.itemgetter("n"), rows)), "upper": list(map(operator.methodcaller("upper"), "ab")), "real": operator.attrgetter("real")(3),
            "contains": operator.contains([1], 1), "index": operator.indexOf("abc", "c"), "ior": operator.ior({"a"}, {"b"}) == {"a", "b"}}
