# what: returns a list, a dict and a text of own classes that make up items as they are read
# expect: error or timeout or memory or result
# result: {"list": [1], "dict": {"a": 1}, "text": "x"}
class Items(list):
    def __iter__(self):
        while True:
            yield 1
    def __len__(self):
        return 2 ** 40
class Fields(dict):
    def items(self):
        while True:
            yield ("k", 1)
    keys = __iter__ = items
class Text(str):
    def __str__(self):
        return "y" * 100_000_000
    encode = __repr__ = __str__
def execute_tool(parameters, context):
    return {"list": Items([1]), "dict": Fields(a=1), "text": Text("x")}
