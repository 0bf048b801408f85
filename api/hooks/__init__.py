"""Webhooks over HTTP: who is told of orders, what is on its way, what was given up.

Decides nothing about messages; that is workorders.hooks.
"""
