"""Ground floor: ids, settings, facts and the journal, the database, the control socket, logs.

Decides how things are named, kept and carried between processes. Never knows a telephone, a menu or an order.
Imports nothing of the house.
"""
