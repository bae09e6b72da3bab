# what: unpacks a thousandfold, by zlib, again and again
# expect: memory or error or timeout
import zlib
def execute_tool(parameters, context):
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1_000_000)) for _ in range(200)) + packer.flush()
    return {"length": len(zlib.decompress(packed))}
