# what: logs without an end, to all handlers and to stderr
# expect: timeout or memory or trap or error
import logging, sys
def execute_tool(parameters, context):
    logging.basicConfig(level=logging.DEBUG)
    log = logging.getLogger("flood")
    while True:
        log.error("y" * 1_000)
        sys.stderr.write("z" * 1_000)
