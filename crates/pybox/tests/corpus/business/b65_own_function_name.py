# what: helpers and a function with a name of its own, called by that name
# function: quote_price
# parameters: {"plan": "pro", "seats": 12}
PRICES = {"basic": 5, "pro": 12.5}
def _discount(seats):
    return 0.2 if seats >= 10 else 0
def quote_price(parameters, context=None):
    plan = PRICES[parameters["plan"]]
    seats = parameters["seats"]
    return {"monthly": plan * seats * (1 - _discount(seats)), "currency": "USD"}
