# what: a deque of byte arrays that grows for ever
# expect: memory or timeout
from collections import deque
def execute_tool(parameters, context):
    queue = deque()
    while True:
        queue.append(bytearray(65_536))
