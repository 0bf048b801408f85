"""What a caller hears: flow documents, their check, releases, the interpreter, its drivers, prompts and speech.

Decides which prompt follows which key, what a menu ends in (a person with a skill, information, a message), and which
menu may be published at all. Never decides who answers, never talks to AMI, never opens a database. Imports `core`
and, to know who is there, `routing`; the survival driver and what it imports (`errors`, `release`, `interpreter`) use
the standard library and pyst2 alone, because they start as a process while a caller waits.
"""
