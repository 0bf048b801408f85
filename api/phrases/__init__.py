"""Phrases over HTTP: whose somebody is offered, and whose they may edit. Writes nothing itself."""
