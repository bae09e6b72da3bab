# what: returns a sequence whose items never end
# expect: error or timeout or memory
class Endless:
    def __getitem__(self, index):
        return index
    def __len__(self):
        return 3
def execute_tool(parameters, context):
    return {"value": Endless()}
