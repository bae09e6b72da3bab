# what: identifiers that are derived from names, and the shape of random ones
import uuid
def execute_tool(parameters, context):
    random_one = uuid.uuid4()
    return {
        "dns": uuid.uuid5(uuid.NAMESPACE_DNS, "example.com"), "v3": str(uuid.uuid3(uuid.NAMESPACE_URL, "https://example.com")),
        "parsed": uuid.UUID("{12345678-1234-5678-1234-567812345678}").int, "version": random_one.version, "length": len(str(random_one)),
        "differs": random_one != uuid.uuid4(), "urn": uuid.UUID(int=1).urn,
    }
