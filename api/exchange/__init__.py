"""Exchange of orders with other platforms over HTTP: partners, hand-overs, documents that come in, the brief for 110.

Decides who may look and act; what may be exchanged is decided in `workorders.exchange`. May import workorders, core,
and of api what stands before every route.
"""
