# what: returns a bare number; results need not be objects
# parameters: {"numbers": [1.5, 2, 3]}
def execute_tool(parameters):
    return sum(parameters["numbers"])
