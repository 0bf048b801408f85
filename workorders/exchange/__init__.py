"""Orders exchanged with other platforms (the province's 12345, districts, 110), in both directions, as data.

Decides who may send what, what of an order another platform is told, what its answer means, and what is spoken to 110.
Never sends more than the partner's scopes allow; knows no HTTP: documents go out through its own outbox, whoever
carries them. May import core and the life of an order.
"""
