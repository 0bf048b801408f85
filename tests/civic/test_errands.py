"""What the worker does for the civic parts, as the worker builds it: from settings, with the folder for texts."""

from __future__ import annotations

import json

import httpx

from core.db import Database
from core.settings import Settings
from hotline.civic_errands import CivicErrands
from tests.civic.test_follow_up import ANSWERED, CALL, CAME, HUNG_UP, Desk
from tests.workorders.office import Office
from workorders.followup.courier import FollowUpCourier
from workorders.followup.gateway import Remembered
from workorders.followup.keeping import GRACE


async def test_questions_go_to_the_folder_and_answers_come_from_it_only_where_the_city_says_so(
        home: Settings, one: Database) -> None:
    office, db = Office(one), one
    nobody = Remembered()
    desk = Desk(office, nobody, FollowUpCourier(db, office.keeper, nobody, "示范市", "test"))
    async with httpx.AsyncClient() as line:
        off = CivicErrands(home, db, office.keeper, line, lambda: office.now)
        on = CivicErrands(home.model_copy(update={"text_messages": "folder"}), db, office.keeper, line,
                          lambda: office.now)
        number = await desk.reviewed()
        await desk.call(number, CAME, ANSWERED)
        assert await off.follow_up() is True  # the call is counted
        await desk.tell(f"{CALL}001", HUNG_UP)
        office.now += GRACE * 2
        assert await off.follow_up() is False
        assert not home.texts_dir.exists()
        assert await on.follow_up() is True
        (sent,) = [json.loads(line) for line in (home.texts_dir / "out.jsonl").read_text("utf-8").splitlines()]
        assert (sent["to"], number in sent["body"]) == ("13800001234", True)
        (home.texts_dir / "in.jsonl").write_text('{"sender": "13800001234", "body": "14"}\n', "utf-8")
        assert await on.follow_up() is True
        assert await on.follow_up() is False  # read once
        assert await off.exchange() is False
        assert await off.forget() is False
    async with db.reading() as session:
        told = (await office.keeper.load(session, number)).order.follow_up
    assert told is not None
    assert (told.solved, told.satisfaction) == (True, 4)
