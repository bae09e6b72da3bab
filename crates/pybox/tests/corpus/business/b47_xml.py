# what: reads an XML invoice, and writes one
import xml.etree.ElementTree as ET
def execute_tool(parameters, context):
    root = ET.fromstring('<invoice no="7" xmlns:x="urn:x"><line sku="A"><qty>2</qty><price>1.50</price></line><line sku="B"><qty>1</qty><price>9</price></line><x:note>hi</x:note></invoice>')
    lines = [{"sku": line.get("sku"), "sum": int(line.findtext("qty")) * float(line.find("price").text)} for line in root.iter("line")]
    made = ET.Element("order", id="1")
    ET.SubElement(made, "item", {"sku": "C & D"}).text = "<tea>"
    try:
        ET.fromstring("<a><b></a>")
        broken = None
    except ET.ParseError as error:
        broken = list(error.position)
    return {"no": root.attrib["no"], "lines": lines, "note": root.find("{urn:x}note").text, "second": root.find("line[@sku='B']/qty").text,
            "made": ET.tostring(made, encoding="unicode"), "broken": broken}
