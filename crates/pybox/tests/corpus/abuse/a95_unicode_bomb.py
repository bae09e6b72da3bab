# what: texts that grow when they are normalized or folded, lone surrogates and names beyond reason
# expect: memory or error or timeout
import unicodedata
def execute_tool(parameters, context):
    text = "\ufdfa" * 200_000
    for _ in range(20):
        text = unicodedata.normalize("NFKD", text) + "\ufdfa" * len(text)
    return {"length": len(text), "surrogate": "\ud800"}
