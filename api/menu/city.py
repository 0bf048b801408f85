"""The city's working calendar as the menu needs it: days off and make-up days, from the rules in force."""

from __future__ import annotations

from fastapi import Request

from api.access import database, now_of
from api.orders.keeping import keeper_of
from ivr.city_days import CityDays


async def city_days(request: Request) -> CityDays:
    """Return the days that are known."""
    async with database(request).reading() as session:
        held = await keeper_of(request).rules(session, now_of(request))
    years = held.calendar.years
    return CityDays(frozenset(day for year in years for day in year.off),
                    frozenset(day for year in years for day in year.worked))
