"""Retention over HTTP: the rules in force, what they would erase, and legal holds.

Decides which address does what and in which words; what is due and what a hold keeps is decided in
`workorders.retention`. Erasing itself is a command, for it takes long.
"""
