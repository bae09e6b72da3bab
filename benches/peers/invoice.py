"""The tool that every gateway is given: the parameters of an invoice, and the upstream as an OpenAPI document."""

INVOICE = {
    "type": "object",
    "additionalProperties": False,
    "required": ["customer", "amount", "currency"],
    "properties": {
        "customer": {"type": "string", "pattern": "^cus_[0-9]+$", "maxLength": 64},
        "amount": {"type": "integer", "minimum": 1},
        "currency": {"type": "string", "enum": ["usd", "eur", "gbp"]},
        "note": {"type": "string", "maxLength": 500},
    },
}


def document(upstream: str) -> dict:
    """The upstream's description."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Invoices", "version": "1"},
        "servers": [{"url": f"http://{upstream}"}],
        "paths": {
            "/invoices": {
                "post": {
                    "operationId": "invoices",
                    "requestBody": {"required": True, "content": {"application/json": {"schema": INVOICE}}},
                    "responses": {"200": {"description": "An invoice"}},
                }
            }
        },
    }
