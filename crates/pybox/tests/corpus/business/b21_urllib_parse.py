# what: builds and reads URLs
from urllib.parse import urlencode, urlparse, quote
def execute_tool(parameters, context):
    return {"q": urlencode({"a": 1, "b": "x y"}), "h": urlparse("https://ex.com:8080/p?q=1").netloc, "e": quote("a/b c")}
