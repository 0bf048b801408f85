"""A believable city from a number: units, people, the orders of a year, each with a life that the rules allow.

Decides what happens in it and when; never how an order may live: every act goes through workorders.life. Its places,
persons and telephone numbers are invented. May import core, routing, workorders and api.people.
"""
