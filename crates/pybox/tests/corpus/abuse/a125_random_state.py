# what: looks whether two calls draw the same random numbers, which would make tokens guessable
# expect: result
# result: {"done": true}
# twice: logs differ
import random, secrets, uuid
def execute_tool(parameters, context):
    print(random.random(), random.SystemRandom().random())
    print(secrets.token_hex(8))
    print(uuid.uuid4())
    return {"done": True}
