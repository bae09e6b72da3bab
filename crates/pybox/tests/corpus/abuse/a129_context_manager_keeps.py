# what: catches what stops it with finally, except and __exit__, and goes on
# expect: timeout or error
class Keep:
    def __enter__(self):
        return self
    def __exit__(self, *error):
        return True
def execute_tool(parameters, context):
    while True:
        with Keep():
            try:
                while True:
                    pass
            except BaseException:
                continue
            finally:
                pass
