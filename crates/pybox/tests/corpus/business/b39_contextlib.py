# what: context managers: of a generator, a stack of them, suppressed errors, captured output
import contextlib, io
@contextlib.contextmanager
def step(name, log):
    log.append("+" + name)
    try:
        yield name.upper()
    except ValueError as error:
        log.append("!" + str(error))
    finally:
        log.append("-" + name)
def execute_tool(parameters, context):
    log = []
    with step("a", log) as first, step("b", log):
        log.append(first)
        raise ValueError("broken")
    with contextlib.ExitStack() as stack:
        names = [stack.enter_context(step(name, log)) for name in "xy"]
        stack.callback(log.append, "callback")
    with contextlib.suppress(KeyError):
        {}["missing"]
    captured = io.StringIO()
    with contextlib.redirect_stdout(captured):
        print("kept", 1, sep="-")
    with contextlib.nullcontext(5) as five:
        pass
    return {"log": log, "names": names, "captured": captured.getvalue(), "five": five}
