# what: two thousand orders are grouped, ranked and totalled, as a monthly report is
import collections, datetime, itertools, json
def execute_tool(parameters, context):
    first = datetime.date(2026, 1, 1)
    orders = [{"id": n, "at": first + datetime.timedelta(days=n * 7 % 365), "customer": f"c{n * 31 % 97}", "amount": (n * 37 % 1000) / 10, "items": [n % 5, n % 3]} for n in range(2000)]
    by_month = collections.defaultdict(float)
    for order in orders:
        by_month[order["at"].strftime("%Y-%m")] += order["amount"]
    spent = collections.Counter()
    for order in orders:
        spent[order["customer"]] += order["amount"]
    orders.sort(key=lambda order: (order["at"], order["id"]))
    busiest = max(itertools.groupby(orders, key=lambda order: order["at"]), key=lambda group: len(list(group[1])))[0]
    return {"months": {month: round(total, 2) for month, total in sorted(by_month.items())}, "top": [[name, round(total, 1)] for name, total in spent.most_common(3)], "busiest": busiest,
            "items": collections.Counter(itertools.chain.from_iterable(order["items"] for order in orders)).most_common(2), "bytes": len(json.dumps(orders, default=str))}
