# what: the same for the plain random module, whose state is frozen with the interpreter
# expect: result
# result: {"done": true}
# twice: logs differ
import random
def execute_tool(parameters, context):
    print(random.getrandbits(64), random.choice(range(10 ** 9)))
    return {"done": True}
