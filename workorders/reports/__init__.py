"""Figures and reports: daily to monthly, 要情专报 with sign-off and receipts, and the file for the press.

Decides what is counted, how rates are made, and what must stay hidden in what is published. Everything is counted
from orders that were folded from their histories; nothing is counted anywhere else. May import core and the life of
an order.
"""
