# what: takes URLs apart, puts them together and changes their query
from urllib.parse import parse_qs, parse_qsl, quote, quote_plus, unquote, urlencode, urljoin, urlsplit, urlunsplit
def execute_tool(parameters, context):
    parts = urlsplit("https://user:pw@shop.example.com:8443/a%20b/c?q=tea&q=pot&empty=#top")
    query = dict(parse_qsl(parts.query)) | {"page": "2"}
    return {"host": parts.hostname, "port": parts.port, "user": parts.username, "path": unquote(parts.path), "fragment": parts.fragment,
            "all": parse_qs(parts.query, keep_blank_values=True), "changed": urlunsplit(parts._replace(netloc="x.example", query=urlencode(query), fragment="")),
            "joined": [urljoin("https://a.example/b/c", target) for target in ("d", "/d", "../d", "//e.example/f", "?x=1")],
            "quoted": [quote("a b/ä&"), quote("a/b", safe=""), quote_plus("a b&c")], "lists": urlencode({"id": [1, 2], "name": "ä b"}, doseq=True)}
