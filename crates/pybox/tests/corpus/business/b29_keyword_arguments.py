# what: a function that takes all its arguments as keywords
# parameters: {"name": "Ada", "city": "London", "visits": 3}
def execute_tool(**kwargs):
    return {"names": sorted(kwargs), "line": "{name} from {city}".format(**kwargs), "visits": kwargs.get("visits", 0) + 1}
