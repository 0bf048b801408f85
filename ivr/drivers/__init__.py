"""What talks for the interpreter: FastAGI for every call, a process AGI for survival, the terminal for an editor.

A driver plays, reads keys and reports; it never decides what comes next. Imports `ivr` and `core`.
"""
