# what: makes links, pipes and device nodes
# expect: result or error
# result: {"leaked": []}
import os
def execute_tool(parameters, context):
    leaked = []
    for name, arguments in (("symlink", ("/etc/passwd", "/tmp/link")), ("link", ("/etc/passwd", "/tmp/hard")), ("mkfifo", ("/tmp/fifo",)),
                            ("mknod", ("/tmp/node",)), ("mkdir", ("/tmp/made",)), ("rename", ("/etc/passwd", "/tmp/moved")),
                            ("unlink", ("/etc/hostname",)), ("truncate", ("/etc/hostname", 0)),
                            ("chroot", ("/tmp",)), ("setuid", (0,)), ("nice", (-20,)), ("mount", ("/", "/tmp"))):
        try:
            getattr(os, name)(*arguments)
            leaked.append(name)
        except (AttributeError, OSError, TypeError):
            pass
    return {"leaked": leaked}
