# what: raises a BaseException of its own, which `except Exception` does not catch
# expect: error
class Above(BaseException):
    pass
def execute_tool(parameters, context):
    raise Above("through")
