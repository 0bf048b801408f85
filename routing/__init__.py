"""Who should take it: units and their duties, phones and rosters, agents and skills, the order of the queue.

Decides from plain data. Never opens a socket or a database, never reads a clock. Imports core/.
"""
