# what: draws that are the same each time, by a seed
import random
def execute_tool(parameters, context):
    draw = random.Random(42)
    cards = list(range(10))
    draw.shuffle(cards)
    random.seed("winner")
    return {"roll": [draw.randint(1, 6) for _ in range(5)], "cards": cards, "sample": draw.sample(range(100), 4), "choice": draw.choice("abc"),
            "weights": draw.choices(["x", "y"], weights=[9, 1], k=6), "uniform": round(draw.uniform(0, 1), 9), "global": random.randrange(1000)}
