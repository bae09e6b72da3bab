# what: recursion through C after the limit was lifted
# expect: trap or error or memory or timeout
import sys
def execute_tool(parameters, context):
    sys.setrecursionlimit(10 ** 8)
    class A:
        def __repr__(self):
            return repr(self)
        def __getattr__(self, name):
            return getattr(self, name + "x")
    def f(n):
        return f(n + 1) + len([0 for _ in map(f, [n])])
    try:
        repr(A())
    except RecursionError:
        pass
    f(0)
