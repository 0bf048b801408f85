"""质检 over HTTP: drawing, scoring, appeal, decision; the rules they go by; training clips."""
