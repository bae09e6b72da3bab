# what: returns an object that says it is a dict, a text or a date, and is not
# expect: error or timeout
class Liar:
    def __init__(self, kind):
        self.kind = kind
    @property
    def __class__(self):
        return self.kind
    def __eq__(self, other):
        while True:
            pass
    __hash__ = None
def execute_tool(parameters, context):
    import datetime, decimal
    return [Liar(kind) for kind in (dict, list, str, int, float, bool, datetime.date, decimal.Decimal)]
