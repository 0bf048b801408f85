"""Calls to listen to: on an order's time line, and searched for. The API says which, and who may not hear them why."""
