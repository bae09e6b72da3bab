# what: named groups, lookarounds, verbose patterns, flags, substitution by a function, and splitting
import re
LINE = re.compile(r"""
    (?P<date>\d{4}-\d{2}-\d{2}) \s+      # when
    (?P<level>INFO|WARN|ERROR)  \s+      # how bad
    (?P<text>.+?)                        # what
    (?:\s+\#(?P<ticket>\d+))? $          # a ticket, perhaps
""", re.VERBOSE | re.MULTILINE)
def execute_tool(parameters, context):
    log = "2026-03-01 INFO started\n2026-03-01 ERROR disk full #42\nnoise\n2026-03-02 WARN slow"
    return {"lines": [match.groupdict() for match in LINE.finditer(log)], "price": re.findall(r"(?<=€)\d+(?:\.\d\d)?", "€12.50 and €7, $9"), "not": re.findall(r"\b(?!not)\w+ly\b", "quickly notably slowly"),
            "swap": re.sub(r"(\w+), (\w+)", r"\2 \1", "Lovelace, Ada"), "named": re.sub(r"(?P<n>\d+)", lambda match: str(int(match["n"]) * 2), "3 and 10"), "count": re.subn("a", "b", "banana", count=2),
            "split": re.split(r"(?<=[.!?])\s+", "One. Two! Three?"), "case": bool(re.search("straße", "STRASSE" + "straße", re.IGNORECASE)), "dot": re.match("a.b", "a\nb", re.DOTALL).span(), "escape": re.escape("a.b*c"),
            "possessive": re.findall(r"a++b", "aaab"), "unicode": re.findall(r"\w+", "naïve Ωmega 3"), "back": bool(re.fullmatch(r"(['\"])(.*?)\1", "'it\"s'"))}
