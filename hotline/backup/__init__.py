"""Backup while running, and restore that looks before it touches: one archive with a manifest of hashes.

Decides what belongs to an installation and in which order it is read, so that what is restored hangs together: the
database first, then the journal it refers to. Knows no order and no rule. May import core and workorders.
"""
