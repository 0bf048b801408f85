"""What other systems are told of orders: subscriptions as data, signed messages, tried until they arrive or are dead.

Decides who is told of which act and with which words: never a name, number, address or text, and of a report nothing.
Receivers ask for the rest with a key of their own, and see what that may see. Never decides what is done to an order.
May import core, workorders.models and workorders.life.
"""
