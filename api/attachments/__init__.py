"""Files of orders over HTTP: sent, listed and opened by id, each opening audited.

Decides who of those that see an order see its files. What a file may be and where it lies decides workorders.keeping.
"""
