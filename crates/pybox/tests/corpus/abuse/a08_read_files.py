# what: reads files of the host that are there on every machine
# expect: result
# result: {"leaked": []}
def execute_tool(parameters, context):
    leaked = []
    paths = ["/etc/passwd", "/etc/hostname", "/etc/resolv.conf", "/proc/self/status", "/proc/self/maps", "/proc/self/mem",
             "/proc/1/cmdline", "/sys/kernel/hostname", "/dev/urandom", "/dev/zero", "/root/.bash_history", "Cargo.toml",
             "./data/callwright.db", "../../etc/passwd", "/..//etc/passwd", "/proc/self/root/etc/passwd", b"/etc/passwd"]
    for path in paths:
        try:
            with open(path, "rb") as file:
                leaked.append([str(path), len(file.read(16))])
        except OSError:
            pass
    return {"leaked": leaked}
