# what: connects to the loopback address in every form that it can be written in
# expect: result or error or timeout
# result: {"leaked": []}
# network: policy
import socket
def execute_tool(parameters, context):
    port = parameters.get("port", 80)
    leaked = []
    for host in ("127.0.0.1", "localhost", "0.0.0.0", "2130706433", "0x7f000001", "0177.0.0.1", "017700000001", "127.1", "0",
                 "::1", "::", "::ffff:127.0.0.1", "::ffff:7f00:1", "::127.0.0.1", "[::1]", "64:ff9b::7f00:1", "127.0.0.1.",
                 "LOCALHOST", "localhost.", "127.0.0.1%lo", "\u0661\u0662\u0667.0.0.1", "①②⑦.⓪.⓪.①", "127.0.0.1\0.example.com"):
        try:
            connection = socket.create_connection((host, port), timeout=1)
            leaked.append(host)
            connection.close()
        except Exception:
            pass
    return {"leaked": leaked}
