"""Who talks with whom: the AMI connection, rooms, parties, invitations, recordings.

Decides who is in a room, who has stepped into the side room and who is being rung. Never opens a database, never
says what a caller hears in the menu. Imports `routing` and `core`, nothing else of the house.
"""
