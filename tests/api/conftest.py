"""Databases of both kinds for the tests of the HTTP interface."""

from tests.postgres import database_url, db, postgres  # noqa: F401
