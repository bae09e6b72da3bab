# what: catches errors, with else and finally
def execute_tool(parameters, context):
    out = []
    for v in ["12", "x", None, [], "3.5"]:
        try:
            out.append(int(v))
        except (ValueError, TypeError) as e:
            out.append(type(e).__name__ + ": " + str(e))
        finally:
            out.append("-")
    try:
        raise KeyError("missing")
    except KeyError as e:
        out.append(repr(e))
    else:
        out.append("never")
    try:
        1 / 0
    except ZeroDivisionError as e:
        out.append(str(e))
    return {"out": out}
