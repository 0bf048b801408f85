"""Units are found by what people call them: their full name, their short names, and the letters of either."""

from __future__ import annotations

import re

import pytest

from routing.directory import Directory, Party
from tests.people.staff import Staff
from tests.web.http import signed_on
from web.desk.people import people_to_invite
from workorders.life.words import Role

HOUSING = "住房和城乡建设局"


@pytest.mark.parametrize("typed", ["住建", "住建局", "建设局", "zjj", "住房", "zfhcxjsj", "供热", "gr"])
def test_the_housing_bureau_is_found_by_every_name_it_has(directory: Directory, typed: str) -> None:
    assert [one.name for one in people_to_invite(directory) if typed in one.find] == [HOUSING]


def test_a_unit_without_short_names_still_shows_its_letters_for_a_guess() -> None:
    unit = Party.model_validate({"id": "hr", "name": "人力资源和社会保障局", "phones": [{"number": "66010001"}]})
    one = people_to_invite(Directory(units=(unit,)))[0]
    assert (one.letters, one.short) == ("rlzyhshbzj", "")
    assert "人社局" not in one.find  # the page guesses it: some characters of the name in their order


def test_a_short_name_that_is_empty_is_refused() -> None:
    with pytest.raises(ValueError, match="aliases"):
        Party.model_validate({"id": "hr", "name": "人社局", "aliases": [""], "phones": [{"number": "66010001"}]})


@pytest.mark.parametrize(("path", "role"), [("/orders", Role.BACK_OFFICE), ("/knowledge", Role.BACK_OFFICE),
                                            ("/roster", Role.ADMIN)])
async def test_lists_of_units_show_the_short_name_beside_the_long_one(staff: Staff, path: str, role: Role) -> None:
    shown = (await (await signed_on(staff, "looker", role)).get(path)).text
    assert re.search(rf"<option[^>]*>{HOUSING}（住建局）</option>", shown)
