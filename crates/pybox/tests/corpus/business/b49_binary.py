# what: packs numbers into bytes, compresses, and unpacks again, all in memory
import gzip, io, struct, zlib
def execute_tool(parameters, context):
    packed = struct.pack("<IhB4sd", 70000, -5, 255, b"abcd", 2.5)
    text = ("order;amount\n" + "7;9.50\n" * 200).encode()
    small = zlib.compress(text, 9)
    stream = io.BytesIO()
    with gzip.GzipFile(fileobj=stream, mode="wb", mtime=0) as file:
        file.write(text)
    back = gzip.decompress(stream.getvalue())
    return {"packed": packed.hex(), "unpacked": [part.decode() if isinstance(part, bytes) else part for part in struct.unpack("<IhB4sd", packed)],
            "size": struct.calcsize("<IhB4sd"), "smaller": len(small) < len(text) // 10, "same": zlib.decompress(small) == text == back,
            "rows": list(struct.iter_unpack(">HH", bytes(range(8)))), "int": int.from_bytes(b"\x01\x00", "big"), "bytes": (1025).to_bytes(2, "little").hex(),
            "view": bytes(memoryview(b"abcdef")[1:4]), "lines": io.TextIOWrapper(io.BytesIO(back), encoding="utf-8").readline()}
