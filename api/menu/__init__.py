"""The menu over HTTP: drafts, their check, releases, sounds, notices, what callers did.

Decides who may ask for what and how it is shown; what is right about a menu is `ivr`'s business. Everything it keeps is
files below the installation's home; only what callers did comes from the database. Never touches a live call.
"""
