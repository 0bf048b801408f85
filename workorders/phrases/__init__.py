"""模板: words that agents and units put into what they write by a key. A list an owner, versioned whole.

`rules` is pure; `keeping` writes. Who may read and edit whose is decided in api.
"""
