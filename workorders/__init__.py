"""What was promised: call records, work orders, and their delivery exactly once.

Decides which calls become an order and which a disposition, what a record says, how an order is numbered. Never
knows a telephone, a socket of the switch or a menu: it reads facts. May import core.
"""
