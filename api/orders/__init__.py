"""Work orders over HTTP: made, listed, read as far as the caller may, moved by acts, printed, worked in batches.

Decides which address does what and in which words. What may be done and seen it asks of `workorders.life` and
`api.people.scope`; how it is kept, of `workorders.keeping`. May import what api may.
"""
