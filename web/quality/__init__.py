"""Quality checks on pages: draw, score with the recording beside, appeal, decide; clips to learn from."""
