"""Many orders as a file: JSON lines or a workbook, as one reader may see them, in bounded memory.

Decides which columns there are and how a cell is made harmless; never who may see a row: that is api.people.scope in
the query and api.orders.sight for the words. Knows no HTTP, so the command line uses it too.
"""
