"""Information lines for the unit that answers for them: what callers hear, changed by the unit itself."""
