"""Duty rosters over HTTP: kept by each unit for itself, every version kept, published for the controller as a file."""
