# what: closes, throws into and re-enters its own generators and coroutines
# expect: result or error or trap
# result: {"caught": 4}
def execute_tool(parameters, context):
    caught = 0
    def again():
        yield next(running)
    running = again()
    try:
        next(running)
    except ValueError:
        caught += 1
    def stubborn():
        while True:
            try:
                yield 1
            except GeneratorExit:
                yield 2
    keeper = stubborn()
    next(keeper)
    try:
        keeper.close()
    except RuntimeError:
        caught += 1
    async def waiting():
        return 1
    coroutine = waiting()
    try:
        coroutine.send(1)
    except TypeError:
        caught += 1
    coroutine.close()
    try:
        (lambda: (yield))().throw(SystemExit(3))
    except SystemExit:
        caught += 1
    return {"caught": caught}
