# what: replaces builtins that the runner and the next call need
# expect: result or error or trap or timeout
# result: {"poisoned": true}
import builtins
def execute_tool(parameters, context):
    for name in ("len", "str", "isinstance", "print", "compile", "exec", "getattr", "__import__", "repr", "sorted", "type", "dict"):
        setattr(builtins, name, lambda *args, **kwargs: "poisoned")
    return {"poisoned": True}
