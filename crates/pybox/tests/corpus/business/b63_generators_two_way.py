# what: generators that are sent values, delegate, clean up, and form a pipeline
def average():
    total, count, mean = 0, 0, None
    while True:
        number = yield mean
        total, count = total + number, count + 1
        mean = total / count
def parsed(lines):
    for line in lines:
        name, _, amount = line.partition("=")
        if amount:
            yield name.strip(), float(amount)
def above(rows, least):
    return ((name, amount) for name, amount in rows if amount >= least)
def outer(log):
    result = yield from inner(log)
    log.append(result)
    yield "end"
def inner(log):
    try:
        got = yield "ask"
        return f"got {got}"
    finally:
        log.append("closed")
def execute_tool(parameters, context):
    mean = average()
    next(mean)
    means = [mean.send(number) for number in (10, 20, 60)]
    log = []
    talk = outer(log)
    said = [next(talk), talk.send("an answer"), next(talk, "over")]
    return {"means": means, "pipeline": list(above(parsed(["a = 3", "b=12", "broken", "c= 7.5"]), 5)), "said": said, "log": log, "lazy": next((n for n in iter(int, 1)), "none") if False else "skipped"}
