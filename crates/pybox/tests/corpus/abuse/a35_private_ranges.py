# what: connects to private, shared, multicast and reserved addresses
# expect: result or error
# result: {"leaked": []}
# network: policy
import socket
def execute_tool(parameters, context):
    leaked = []
    for host in ("10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "192.168.1.1", "100.64.0.1", "169.254.0.1", "198.18.0.1",
                 "192.0.2.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1",
                 "0x0a000001", "167772161", "012.0.0.1", "10.1"):
        try:
            socket.create_connection((host, parameters.get("port", 80)), timeout=0.1).close()
            leaked.append(host)
        except Exception:
            pass
    return {"leaked": leaked}
