# what: a queue by urgency, the largest few, and places in sorted lists
import bisect, heapq, itertools
def execute_tool(parameters, context):
    counter, heap = itertools.count(), []
    for urgency, name in [(3, "mail"), (1, "fire"), (2, "call"), (1, "flood")]:
        heapq.heappush(heap, (urgency, next(counter), name))
    order = [heapq.heappop(heap)[2] for _ in range(len(heap))]
    tiers, names = [100, 500, 1000], ["none", "bronze", "silver", "gold"]
    scores = [10, 20, 20, 30]
    bisect.insort(scores, 25)
    return {"order": order, "top": heapq.nlargest(2, [5, 1, 9, 7]), "least": heapq.nsmallest(2, ["pear", "fig", "banana"], key=len),
            "tiers": [names[bisect.bisect_right(tiers, spent)] for spent in (0, 100, 999, 5000)], "scores": scores,
            "left": bisect.bisect_left(scores, 20), "merged": list(heapq.merge([1, 4], [2, 3]))}
