"""What a caller hears: flow documents, their check, the interpreter, its drivers, prompts and speech.

Decides which prompt follows which key, and what a menu ends in (a person with a skill, information, a message).
Never decides who answers, never talks to AMI, never opens a database. Imports `core` only; the survival driver and
what it imports (`errors`, `release`, `interpreter`) use the standard library and pyst2 alone, because they start as
a process while a caller waits.
"""
