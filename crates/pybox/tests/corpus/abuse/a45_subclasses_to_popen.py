# what: walks from an empty tuple to all classes, to find one that starts processes
# expect: result
# result: {"leaked": []}
def execute_tool(parameters, context):
    leaked = []
    todo, seen = [().__class__.__base__], set()
    while todo:
        kind = todo.pop()
        if kind in seen:
            continue
        seen.add(kind)
        try:
            todo.extend(type.__subclasses__(kind))
        except TypeError:
            continue
        if kind.__name__ == "Popen":
            try:
                leaked.append(kind(["/bin/sh", "-c", "id"], stdout=-1).communicate()[0].decode())
            except Exception:
                pass
    return {"leaked": leaked}
