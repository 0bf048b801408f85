"""The pages: sign-on, the agent's desk, and what they are made of (templates, styles, TypeScript, catalogues).

Decides what a person sees and which acts a state allows; every sentence stands in a catalogue. Never decides an act
itself: it asks the controller, or the code below that serves the API. May import api and everything below it.
"""
