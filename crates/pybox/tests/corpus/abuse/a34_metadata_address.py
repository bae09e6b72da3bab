# what: connects to the metadata service of clouds in every form of its address
# expect: result or error or timeout
# result: {"leaked": []}
# network: policy
import socket
def execute_tool(parameters, context):
    leaked = []
    for host in ("169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "169.254.43518", "::ffff:169.254.169.254",
                 "::ffff:a9fe:a9fe", "fd00:ec2::254", "fe80::1", "[fd00:ec2::254]", "metadata.google.internal", "100.100.100.200",
                 "192.0.0.192", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"):
        try:
            socket.create_connection((host, 80), timeout=0.3).close()
            leaked.append(host)
        except Exception:
            pass
    return {"leaked": leaked}
