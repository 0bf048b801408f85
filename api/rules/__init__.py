"""The city's policy and calendar over HTTP: what holds, what held, and the next version.

Decides nothing about them: what a policy may say is workorders.life.policy, how versions are kept is
workorders.keeping.rules.
"""
