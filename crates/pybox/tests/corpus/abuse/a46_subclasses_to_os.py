# what: finds the module os through the globals of a class's function, and runs a command
# expect: result
# result: {"leaked": []}
def execute_tool(parameters, context):
    leaked = []
    for kind in object.__subclasses__():
        for name in ("__init__", "__enter__", "__call__", "__repr__"):
            scope = getattr(getattr(kind, name, None), "__globals__", None) or {}
            for module in (scope.get("os"), scope.get("sys") and scope["sys"].modules.get("os"), scope.get("posix")):
                for command in ("popen", "system"):
                    try:
                        answer = getattr(module, command)("id")
                        answer = answer.read() if hasattr(answer, "read") else answer == 0
                        if answer:
                            leaked.append([kind.__name__, command])
                    except Exception:
                        pass
    return {"leaked": leaked}
