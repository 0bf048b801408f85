"""The roof: the command line, the one place where everything is built, the embedded switch, the demo city."""
