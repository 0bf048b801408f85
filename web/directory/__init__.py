"""The directory as pages: who can be rung, one entry at a time, with everything it ever was. No rule stands here."""
