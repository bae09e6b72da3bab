# what: a function with named parameters and defaults, as the schema names them
# parameters: {"price": 80, "quantity": 3}
def execute_tool(price, quantity, discount=0.1, currency="EUR"):
    total = price * quantity * (1 - discount)
    return {"total": round(total, 2), "currency": currency}
