# what: IP addresses and networks: what is in which, private or not, version 4 and 6
import ipaddress
def execute_tool(parameters, context):
    network = ipaddress.ip_network("10.1.2.0/28")
    addresses = ["10.1.2.5", "8.8.8.8", "::1", "2001:db8::1", "not one"]
    found = []
    for text in addresses:
        try:
            address = ipaddress.ip_address(text)
            found.append([address.version, address.is_loopback, address in network if address.version == 4 else None])
        except ValueError as error:
            found.append(str(error))
    return {"found": found, "hosts": network.num_addresses, "first": str(next(network.hosts())), "mask": str(network.netmask),
            "next": str(network.broadcast_address + 1), "long": ipaddress.ip_address("2001:db8::1").exploded, "overlap": network.overlaps(ipaddress.ip_network("10.1.0.0/16")),
            "merged": [str(one) for one in ipaddress.collapse_addresses([ipaddress.ip_network("10.0.0.0/25"), ipaddress.ip_network("10.0.0.128/25")])]}
