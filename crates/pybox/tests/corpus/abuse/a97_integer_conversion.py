# what: turns an integer of ten million digits into text, past the limit that Python has
# expect: timeout or error or memory
import sys
def execute_tool(parameters, context):
    try:
        str(10 ** 10_000_000)
    except ValueError:
        pass
    sys.set_int_max_str_digits(0)
    return {"digits": len(str(7 ** 12_000_000))}
