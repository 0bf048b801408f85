"""The life of an order: which steps are allowed, whose clock runs, what the record proves, who may see it.

Pure. Decides every step by one table (`states`), gives every order an owner and a clock (`clocks`), keeps it as
append-only acts that fold into the order (`history`), supervises by the clocks (`ladder`, `findings`), counts
(`assessment`), guards reports against somebody (`confidential`) and what may be accepted (`acceptance`). Never
reads a clock, a file or a database: time, policy and calendar are handed in. May import core and
workorders.errors.

The way of one act: ``perform(order, wish, rules) -> Act`` decides, ``apply(order, act) -> Order`` folds; whoever
stores writes the act and keeps nothing that `replay` could not make again.
"""
