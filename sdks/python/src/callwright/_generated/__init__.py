"""Made by generate.py from the OpenAPI document. Do not edit."""
