# what: makes sockets of every kind: listening, datagram, raw, of the file system
# expect: result or error
# result: {"leaked": []}
# network: policy
import socket
def execute_tool(parameters, context):
    leaked = []
    def listen():
        server = socket.socket()
        server.bind(("127.0.0.1", 0))
        server.listen()
        return server.getsockname()[1] > 0
    def datagram():
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", 53))
        return True
    def raw():
        socket.socket(socket.AF_INET, socket.SOCK_RAW, 1).sendto(b"x", ("127.0.0.1", 0))
        return True
    def unix():
        socket.socket(socket.AF_UNIX).connect("/var/run/docker.sock")
        return True
    def fileno():
        return socket.socket(fileno=3).recv(1)
    for attempt in (listen, datagram, raw, unix, fileno):
        try:
            if attempt():
                leaked.append(attempt.__name__)
        except Exception:
            pass
    return {"leaked": leaked}
