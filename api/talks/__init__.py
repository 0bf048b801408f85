"""Calls to listen to: those of an order on its time line, and a search over all of them. Who may hear: people.scope."""
