"""The menu as pages: releases, drafts, the editor of a draft. What is right about a menu is the matter of `ivr`."""
