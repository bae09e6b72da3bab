# what: wraps and indents a text, fills a template and compares two versions
import difflib, string, textwrap
def execute_tool(parameters, context):
    letter = string.Template("Dear $name,\nyour order ${id} costs $$ $amount.")
    old, new = "red\ngreen\nblue".split("\n"), "red\nlime\nblue\npink".split("\n")
    return {
        "wrapped": textwrap.wrap("The quick brown fox jumps over the lazy dog and runs away", 20), "dedent": textwrap.dedent("    a\n      b\n    c"),
        "short": textwrap.shorten("one two three four five", 15, placeholder="…"), "indent": textwrap.indent("a\nb", "> "),
        "letter": letter.substitute(name="Ada", id=7, amount="9.50"), "safe": letter.safe_substitute(name="Bob"),
        "diff": [line.rstrip("\n") for line in difflib.unified_diff(old, new, "old", "new", lineterm="")],
        "close": difflib.get_close_matches("delivry", ["delivery", "order", "deliver"]), "ratio": round(difflib.SequenceMatcher(None, "kitten", "sitting").ratio(), 4),
        "letters": string.ascii_lowercase[:5] + string.digits, "caps": string.capwords("hello big world"),
    }
