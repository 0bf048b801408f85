"""The old hotlines' numbers, as a page: what became of each, who still rings it, and the import from a spreadsheet."""
