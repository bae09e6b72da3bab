# what: own exceptions, chained causes, notes, finally and else, and text of the traceback
import traceback
class StockError(Exception):
    def __init__(self, sku, wanted, left):
        super().__init__(f"{sku}: {wanted} wanted, {left} left")
        self.sku, self.missing = sku, wanted - left
def take(stock, sku, wanted):
    try:
        left = stock[sku]
    except KeyError as error:
        raise LookupError(f"no {sku}") from error
    if left < wanted:
        raise StockError(sku, wanted, left)
    return left - wanted
def execute_tool(parameters, context):
    out = []
    for sku, wanted in [("tea", 2), ("tea", 9), ("pot", 1)]:
        try:
            left = take({"tea": 3}, sku, wanted)
        except StockError as error:
            error.add_note("ordered on Monday")
            out.append([str(error), error.missing, error.__notes__])
        except LookupError as error:
            out.append([str(error), type(error.__cause__).__name__, "".join(traceback.format_exception_only(error)).strip()])
        else:
            out.append(left)
        finally:
            out.append("-")
    return out
