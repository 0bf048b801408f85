"""质检: which calls are looked at, how they are scored, the agent's appeal and who decides it; clips for training.

`rules` and `life` are pure; `keeping` writes. Who may ask is decided in api.
"""
