# what: loads garbage as marshalled objects
# expect: result or error or trap or memory or timeout
# result: {"done": true}
import marshal
def execute_tool(parameters, context):
    samples = [b"\xe3" + bytes(range(256)), b"(\xff\xff\xff\x7f" + b"N" * 40, b"r\xff\xff\xff\x7f", b"[\x00\x00\x00\x70", b"\xa9" * 5000,
               b"s\xff\xff\xff\x7fx", b"l\xff\xff\xff\x7f", b"g" + b"\xff" * 8, b"R\x00\x00\x00\x00"]
    samples += [bytes((seed * 31 + index * 17) % 256 for index in range(200)) for seed in range(200)]
    for sample in samples:
        try:
            marshal.loads(sample)
        except Exception:
            pass
    return {"done": True}
