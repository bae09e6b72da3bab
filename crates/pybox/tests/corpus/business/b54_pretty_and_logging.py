# what: logs and pretty prints, which both go to the log and not into the result
import io, logging, pprint
def execute_tool(parameters, context):
    stream = io.StringIO()
    log = logging.getLogger("orders")
    log.setLevel(logging.INFO)
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s: %(message)s"))
    log.addHandler(handler)
    log.propagate = False
    log.debug("not seen")
    log.info("order %d of %s", 7, "Ada")
    try:
        int("x")
    except ValueError:
        log.exception("cannot read")
    lines = stream.getvalue().splitlines()
    print("this goes to the log of the execution")
    return {"first": lines[0], "last": lines[-1], "enabled": log.isEnabledFor(logging.DEBUG), "pretty": pprint.pformat({"b": list(range(3)), "a": {"x": "y" * 30, "z": "w" * 40}}, width=40)}
