"""Databases of both kinds for the tests of records and orders."""

from tests.postgres import database_url, db, postgres  # noqa: F401
