"""The keeper of the life: stores acts, and beside them what lists, scope, search and figures need to be quick.

Decides how the history of an order is written down, when it is looked at again, and in which order lists come. What
may be done to an order it never decides: that is `workorders.life`. Everything here but the acts, the texts and the
attachments is a projection and can be made anew from them. May import core, workorders.models and workorders.life.
"""
