# what: regular expressions, as everybody uses them
import re
def execute_tool(parameters, context):
    t = "Order #1234 for bob@example.com on 2026-03-01, total $1,299.00; ref AB-99"
    m = re.search(r"#(?P<id>\d+)", t)
    return {"id": m.group("id"), "em": re.findall(r"[\w.]+@[\w.]+", t), "sub": re.sub(r"\d", "#", t), "split": re.split(r"[;,]\s*", t), "full": bool(re.fullmatch(r"[A-Z]{2}-\d+", "AB-99")), "cb": re.sub(r"[a-z]+", lambda m: m.group(0).upper(), "ab 12 cd"), "span": list(m.span()), "it": [x.start() for x in re.finditer("e", t)]}
