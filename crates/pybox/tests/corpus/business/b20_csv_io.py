# what: reads and writes CSV in memory
import csv, io
def execute_tool(parameters, context):
    rows = list(csv.DictReader(io.StringIO("a,b\n1,2\n3,\"x,y\"\n")))
    out = io.StringIO()
    w = csv.writer(out)
    w.writerow(["q", 1])
    return {"rows": rows, "out": out.getvalue()}
