# what: reads CSV with a semicolon, quotes and a byte order mark, finds its dialect, and writes rows from dicts
import csv, io
def execute_tool(parameters, context):
    text = "\ufeffName;Betrag;Notiz\n\"Müller; Ada\";1.234,50;\"sagt \"\"hallo\"\"\"\nBob;7,00;\n"
    rows = list(csv.DictReader(io.StringIO(text.lstrip("\ufeff")), delimiter=";"))
    amounts = [float(row["Betrag"].replace(".", "").replace(",", ".")) for row in rows]
    dialect = csv.Sniffer().sniff("a|b|c\n1|2|3\n4|5|6\n")
    out = io.StringIO()
    writer = csv.DictWriter(out, ["id", "name"], extrasaction="ignore", lineterminator="\n", quoting=csv.QUOTE_NONNUMERIC)
    writer.writeheader()
    writer.writerows([{"id": 1, "name": 'x "y"', "more": 0}, {"id": 2}])
    return {"rows": rows, "amounts": amounts, "delimiter": dialect.delimiter, "out": out.getvalue(), "tabs": list(csv.reader(["a\tb", "c\td"], "excel-tab"))}
