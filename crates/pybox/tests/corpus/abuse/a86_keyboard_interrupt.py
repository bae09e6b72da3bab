# what: raises KeyboardInterrupt, GeneratorExit and StopIteration as if the host had stopped it
# expect: error
def execute_tool(parameters, context):
    try:
        raise GeneratorExit
    except BaseException:
        raise KeyboardInterrupt
