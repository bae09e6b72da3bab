# what: names with accents, other scripts, width and case, for searching and sorting
import unicodedata
def plain(text):
    return "".join(letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter)).casefold()
def execute_tool(parameters, context):
    return {"plain": [plain(name) for name in ("Émile Müller", "ŁUKASZ", "Straße", "ﬁn", "Ｔｏｋｙｏ")], "name": unicodedata.name("€"), "lookup": unicodedata.lookup("SNOWMAN"),
            "categories": [unicodedata.category(letter) for letter in "aA1 -€"], "composed": len(unicodedata.normalize("NFC", "e\u0301")), "digit": int("٣"),
            "sorted": sorted(["Zoë", "émile", "Adam"], key=plain), "utf8": len("naïve 👍🏽".encode()), "points": len("👍🏽"), "width": unicodedata.east_asian_width("全"),
            "upper": "ß".upper(), "title": "o'neill mcdonald".title(), "bad": b"caf\xe9".decode("utf-8", "replace"), "latin": b"caf\xe9".decode("latin-1")}
