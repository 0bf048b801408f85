"""Follow-up over HTTP: whom the hotline must still ask, and the calls it makes to ask them.

Decides who may do that: the hotline's own people, never the unit that handled it. May import workorders, core, and of
api what stands before every route.
"""
