"""The pages of whoever keeps the house: people, units, policy. Every change goes to the API; no rule stands here."""
