"""Figures of a period, and reports of important matters, as pages. They show what the API says and count nothing."""
