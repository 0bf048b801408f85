"""Follow-up (回访): whom the hotline must still ask, by which calls, and by text message where the citizen hung up.

Decides which orders are to be followed up and what a text message asks and hears. A call counts as an attempt only if
the platform made it; what a citizen does not say stays unsaid. Never dials: it knows call keys. May import core,
workorders.keeping and the life of an order.
"""
