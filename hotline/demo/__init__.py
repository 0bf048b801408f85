"""The demo city: a second Asterisk that is the telephone network, and one whole call played through it.

Decides how the phones of the city behave, which tone each speaks, and whether what was heard proves the call. Never
decides anything about a call of the hotline: it only telephones, listens and asks the HTTP interface. Imports core/,
routing/ and the runner of Asterisk processes in hotline/switch.
"""
