"""People and programs that use the house: who they are, how they prove it, what they may, which rows they see.

Decides roles → permissions (`rights`) and roles → rows (`scope`), keeps people, sessions, API keys and the audit of
all that. Never decides what a step of an order needs (workorders.life does) and keeps no state of a call. May import
workorders and core, and of api only its problems; `api.access` stands before every route and uses this package.

Signing on through a city's own identity provider (OIDC) is not built. Its place: a route that, after the provider's
answer is verified, calls `sessions.begin` for the person with the provider's login; nothing after that line changes.
"""
