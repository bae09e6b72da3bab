# what: a function that takes the parameters only
# parameters: {"words": ["b", "a"]}
def execute_tool(parameters):
    return sorted(parameters["words"])
