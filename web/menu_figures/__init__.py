"""What callers did in the menu, as pages: the map with counts, a table, the way of one call."""
