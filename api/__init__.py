"""JSON over HTTP: calls, agents, call records, work orders, recordings, live events; who may do what.

Decides who may ask for what, and in which words the answer comes. Never keeps the state of a call: it asks the
controller, and says so when that is away. May import workorders, routing and core.
"""
