"""The clients that wait. Made by generate.py from `_async`. Do not edit."""
