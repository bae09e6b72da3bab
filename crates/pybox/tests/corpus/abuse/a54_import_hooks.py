# what: puts its own finder in front of all imports
# expect: result or error
# result: {"hooked": true}
import sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        from importlib.machinery import ModuleSpec
        return ModuleSpec(name, self)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        module.popen = module.system = lambda *args: "fake"
def execute_tool(parameters, context):
    sys.meta_path.insert(0, Finder())
    import subprocess_of_mine
    return {"hooked": subprocess_of_mine.popen() == "fake"}
