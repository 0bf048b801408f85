"""The agent's desk: what its bar and its panes show. Pure where it decides; `routes` and `reading` do the talking."""
