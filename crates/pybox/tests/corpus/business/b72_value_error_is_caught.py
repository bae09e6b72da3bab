# what: checks its parameters as tools should, and tells all that is wrong at once
# parameters: {"email": "ada(at)example.com", "age": "x", "plan": "gold"}
import re
RULES = {"email": lambda value: re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", value) is not None, "age": lambda value: 0 < int(value) < 150, "plan": {"basic", "pro"}.__contains__, "name": lambda value: len(value) > 1}
def execute_tool(parameters, context):
    wrong = {}
    for field, rule in RULES.items():
        if field not in parameters:
            wrong[field] = "is missing"
            continue
        try:
            if not rule(parameters[field]):
                wrong[field] = f"{parameters[field]!r} is not allowed"
        except (TypeError, ValueError) as error:
            wrong[field] = str(error)
    return {"valid": not wrong, "wrong": wrong}
