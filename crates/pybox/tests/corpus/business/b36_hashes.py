# what: checksums, signatures of webhooks, base64 and hex
import base64, binascii, hashlib, hmac, zlib
def execute_tool(parameters, context):
    body = b'{"event":"paid"}'
    signature = hmac.new(b"whsec_test", body, hashlib.sha256).hexdigest()
    return {
        "md5": hashlib.md5(body).hexdigest(), "sha1": hashlib.sha1(body).hexdigest(), "sha256": hashlib.sha256(body).hexdigest()[:16],
        "sha512": hashlib.sha512(body).hexdigest()[-16:], "sha3": hashlib.sha3_256(body).hexdigest()[:16],
        "blake2b": hashlib.blake2b(body, digest_size=8).hexdigest(), "new": hashlib.new("sha256", body).digest_size,
        "hmac": signature, "same": hmac.compare_digest(signature, signature), "b64": base64.b64encode(body).decode(),
        "url": base64.urlsafe_b64encode(bytes([251, 255])).decode(), "b32": base64.b32encode(b"otp").decode(), "back": base64.b64decode("aGk=").decode(),
        "hex": binascii.hexlify(b"\x01\xff").decode(), "crc": zlib.crc32(body), "adler": zlib.adler32(body),
    }
