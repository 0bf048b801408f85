"""Follow-up on a page: whom the hotline must still ask, each with the call that asks them."""
