# what: defaultdict, Counter, namedtuple, deque and OrderedDict
from collections import defaultdict, Counter, OrderedDict, namedtuple, deque
def execute_tool(parameters, context):
    dd = defaultdict(list)
    for k, v in [("a", 1), ("b", 2), ("a", 3)]:
        dd[k].append(v)
    c = Counter("mississippi")
    P = namedtuple("P", "x y")
    p = P(1, y=2)
    q = deque([1, 2, 3], maxlen=3)
    q.append(4)
    return {"dd": dict(dd), "c": c.most_common(2), "p": [p.x, p.y, p._asdict()], "q": list(q), "od": list(OrderedDict([("z", 1)]).items())}
