# what: a tool whose only function has neither the usual name nor is named anywhere
# parameters: {"celsius": 21.5}
def to_fahrenheit(celsius):
    return {"fahrenheit": celsius * 9 / 5 + 32}
