# what: text in several encodings, translation tables, quoted-printable and punycode
import base64, codecs, quopri
def execute_tool(parameters, context):
    text = "Grüße €"
    return {"sizes": {name: len(text.encode(name)) for name in ("utf-8", "utf-16", "utf-16-le", "cp1252")}, "ascii": text.encode("ascii", "xmlcharrefreplace").decode(), "ignore": text.encode("ascii", "ignore").decode(), "bom": "x".encode("utf-8-sig").hex(),
            "idna": "münchen.example".encode("idna").decode(), "puny": "bücher".encode("punycode").decode(), "quoted": quopri.encodestring("Grüße".encode()).decode(), "rot13": codecs.encode("Hello", "rot13"), "split": b"a\x00b\x00".split(b"\x00"), "hex": bytes.fromhex("c3a9").decode(), "a85": base64.b85encode(b"hi").decode(), "escape": "a\tb".encode("unicode_escape").decode()}
