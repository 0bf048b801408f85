"""The directory in force: first the TOML file, then the file beside the switch, always whole, always of this moment."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from routing.directory import Agent, Directory, DirectoryError, Party, Phone
from routing.directory_file import DirectoryFile, as_bytes, digest_of, with_leaving

WANG, LI = Agent(id="a1", name="王", phone="6001"), Agent(id="a2", name="李", phone="6002")
HOUSING = Party(id="housing", name="住建局", phones=(Phone(number="66010001"),))
FIRST = '[[agents]]\nid = "a1"\nname = "王"\nphone = "6001"\n'


def files(home: Path) -> tuple[Path, Path]:
    first = home / "directory.toml"
    first.write_text(FIRST, encoding="utf-8")
    return home / "directory.json", first


def lay(path: Path, content: bytes) -> None:
    draft = path.with_suffix(".new")
    draft.write_bytes(content)
    os.replace(draft, path)


def test_the_first_stock_is_in_force_until_a_file_is_laid_and_never_again_after_that(tmp_path: Path) -> None:
    path, first = files(tmp_path)
    known = DirectoryFile(path, first)
    assert known.now() == Directory(agents=(WANG,))
    assert not known.laid()
    lay(path, as_bytes(Directory(agents=(WANG, LI), units=(HOUSING,)), ["abc"]))
    assert known.now() == Directory(agents=(WANG, LI), units=(HOUSING,))
    assert known.laid()
    assert known.stocks() == ("abc",)
    first.write_text(FIRST.replace("6001", "6009"), encoding="utf-8")
    assert known.now().agents == (WANG, LI)


@pytest.mark.parametrize("broken", [b"", b"{", b'{"directory": {"agents": [{"id": "a1"}]}}', b"\xff\xfe"])
def test_a_file_that_cannot_be_read_leaves_the_one_before_in_force(tmp_path: Path, broken: bytes) -> None:
    path, first = files(tmp_path)
    known = DirectoryFile(path, first)
    lay(path, as_bytes(Directory(agents=(LI,))))
    assert known.now().agents == (LI,)
    lay(path, broken)
    assert known.now().agents == (LI,)
    assert DirectoryFile(path, first).now().agents == (WANG,)  # until it is laid anew
    lay(path, as_bytes(Directory(agents=(WANG, LI))))
    assert known.now().agents == (WANG, LI)


def test_a_file_that_vanishes_takes_nobody_away(tmp_path: Path) -> None:
    path, first = files(tmp_path)
    known = DirectoryFile(path, first)
    lay(path, as_bytes(Directory(agents=(WANG, LI))))
    assert known.now().agents == (WANG, LI)
    path.unlink()
    assert known.now().agents == (WANG, LI)
    lay(path, as_bytes(Directory(agents=(LI,))))
    assert known.now().agents == (LI,)


def test_with_neither_file_nobody_starts_and_is_told_where_to_write_one(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match=r"directory\.toml"):
        DirectoryFile(tmp_path / "directory.json", tmp_path / "directory.toml").now()


def test_an_agent_taken_out_in_a_talk_stays_until_it_is_over(tmp_path: Path) -> None:
    path, first = files(tmp_path)
    known, talking, heard = DirectoryFile(path, first), {"a1"}, []
    known.stays, known.on_change = talking.__contains__, heard.append
    lay(path, as_bytes(Directory(agents=(WANG, LI))))
    assert known.now().agents == (WANG, LI)
    lay(path, as_bytes(Directory(agents=(LI,))))
    assert known.now().agent("a1") == WANG
    assert known.now().agents == (LI, WANG)
    talking.clear()
    assert known.now().agents == (LI,)
    assert [tuple(agent.id for agent in one.agents) for one in heard] == [("a1", "a2"), ("a2", "a1"), ("a2",)]


def test_who_was_put_in_again_is_there_once_and_as_they_are_now() -> None:
    renamed = WANG.model_copy(update={"name": "王五"})
    assert with_leaving(Directory(agents=(renamed,)), Directory(agents=(WANG,)), lambda _: True).agents == (renamed,)


def test_comments_and_the_order_of_keys_do_not_tell_directories_apart(tmp_path: Path) -> None:
    path, first = files(tmp_path)
    before = digest_of(DirectoryFile(path, first).now())
    first.write_text('# 坐席\n[[agents]]\nname = "王"\nphone = "6001"\nid = "a1"\n', encoding="utf-8")
    assert digest_of(DirectoryFile(path, first).now()) == before
