# what: groupby, chain, combinations, accumulate and reduce
import itertools, functools
def execute_tool(parameters, context):
    g = {k: list(v) for k, v in itertools.groupby(sorted([3, 1, 1, 2, 3]))}
    return {"g": g, "ch": list(itertools.chain([1], [2, 3])), "comb": list(itertools.combinations("abc", 2)), "acc": list(itertools.accumulate([1, 2, 3])), "red": functools.reduce(lambda a, b: a * b, [1, 2, 3, 4]), "sl": list(itertools.islice(itertools.count(5), 3)), "prod": len(list(itertools.product([0, 1], repeat=3)))}
