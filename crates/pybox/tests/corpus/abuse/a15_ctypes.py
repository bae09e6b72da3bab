# what: calls the C library by ctypes
# expect: error
import ctypes
def execute_tool(parameters, context):
    libc = ctypes.CDLL(None)
    return {"leaked": libc.getpid()}
