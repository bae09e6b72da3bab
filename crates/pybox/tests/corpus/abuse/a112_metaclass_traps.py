# what: a function object of a class whose attributes run code when the runner looks at it
# expect: error or timeout or result
# result: {"ok": true}
class Callable:
    def __call__(self, *args, **kwargs):
        return {"ok": True}
    def __getattr__(self, name):
        while True:
            pass
    @property
    def __signature__(self):
        raise SystemExit("looked at")
    @property
    def __code__(self):
        raise KeyboardInterrupt
execute_tool = Callable()
