"""The database under many orders: what people ask of it against SQL written by hand, and POST against a bare one."""
