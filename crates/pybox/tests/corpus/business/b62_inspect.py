# what: looks at its own functions: names of parameters, defaults, documentation and source of values
import inspect
def quote(order, /, amount: float = 1.0, *tags, currency: str = "EUR", **more) -> str:
    """Makes a quote.

    With a second paragraph."""
    return f"{order}{amount}{currency}"
def execute_tool(parameters, context):
    signature = inspect.signature(quote)
    bound = signature.bind("A", currency="USD", extra=1)
    bound.apply_defaults()
    return {"names": list(signature.parameters), "kinds": [str(parameter.kind.description) for parameter in signature.parameters.values()], "defaults": {name: parameter.default for name, parameter in signature.parameters.items() if parameter.default is not inspect.Parameter.empty},
            "bound": [list(bound.args), bound.kwargs], "doc": inspect.getdoc(quote).splitlines()[0], "is": [inspect.isfunction(quote), inspect.isgeneratorfunction(quote), inspect.iscoroutinefunction(quote), inspect.isclass(int)], "returns": signature.return_annotation.__name__}
