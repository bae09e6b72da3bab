# what: lets the XML parser expand entities ten to the ninth times, and read a file
# expect: error or memory or timeout
def execute_tool(parameters, context):
    import xml.etree.ElementTree as ET
    entities = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    document = f'<!DOCTYPE x [<!ENTITY l0 "lol">{entities}<!ENTITY file SYSTEM "file:///etc/passwd">]><x>&l9;&file;</x>'
    return {"text": len(ET.fromstring(document).text)}
