"""A unit's duty roster as a page: who is on duty now, when nobody is, and the slots to edit."""
