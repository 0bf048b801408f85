"""A citizen asks how their appeal stands, by its number and the code they were given; nobody else learns anything.

Decides how often one may guess, and that a wrong pair and an unknown number are told the same.
"""
