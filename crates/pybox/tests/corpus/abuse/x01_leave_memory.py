# what: leaves a marker in many objects of every size, and keeps them alive in builtins
# expect: result or error
# result: {"left": true}
import builtins, sys
def execute_tool(parameters, context):
    marker = "wr1ght" + "-l3ft-" + "beh1nd"
    kept = [bytearray((marker * 20).encode()) for _ in range(20_000)]
    builtins.left_behind = kept
    sys.left_behind = [sys.intern(marker + str(number)) for number in range(1000)]
    return {"left": len(kept) == 20_000}
