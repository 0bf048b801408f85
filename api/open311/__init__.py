"""Open311 GeoReport v2: the public specification's words for our orders, in XML and JSON; off by default.

Decides what of an order the public may read and how a stranger's request becomes an order. Never shows a name, a
number, an address, a citizen's own words, a report (举报) or an order that hides its caller. May import workorders,
core, and of api what stands before every route. The specification, not OpenAPI, describes these addresses.
"""
