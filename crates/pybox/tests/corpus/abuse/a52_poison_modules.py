# what: puts false modules into sys.modules and empties the search path
# expect: result or error or trap
# result: {"poisoned": true}
import sys, types
def execute_tool(parameters, context):
    for name in list(sys.modules):
        if name not in ("sys", "builtins", __name__):
            sys.modules[name] = types.ModuleType(name)
    sys.path[:] = []
    sys.meta_path[:] = []
    sys.path_hooks[:] = []
    sys.stdout = sys.stderr = sys.__stdout__ = None
    return {"poisoned": True}
