"""The clients that are awaited. `_sync` is made of this by generate.py."""
