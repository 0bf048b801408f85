"""Retention: what is erased, how long after which event, by which rule; what a legal hold keeps; and doing it.

Decides which words, sounds and files are due; never takes an act out of a history (keeping.erase takes words and leaves
the proof). Rules are data with a version each; until the city has set its own, nothing is erased. May import core and
workorders.
"""
