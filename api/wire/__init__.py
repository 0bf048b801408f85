"""What every route shares on the wire: one answer a key, pages, versions, bodies, and the description of it all.

Decides how a repeated request, a page, a lost update or an unreadable body is answered. Never decides what is done.
May import workorders and core, and of api only what stands before every route.
"""
