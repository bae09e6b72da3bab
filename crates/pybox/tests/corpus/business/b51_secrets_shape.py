# what: makes tokens and codes; only their shape can be compared
import secrets, string
def execute_tool(parameters, context):
    code = "".join(secrets.choice(string.digits) for _ in range(6))
    return {"hex": len(secrets.token_hex(16)), "url": len(secrets.token_urlsafe(32)) >= 43, "code": len(code), "digits": code.isdigit(),
            "below": secrets.randbelow(10) < 10, "same": secrets.compare_digest("a", "a"), "differ": secrets.token_hex() != secrets.token_hex()}
