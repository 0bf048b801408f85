"""Orders on pages: the list by clock, one order with what its reader may see and do. The API says both."""
