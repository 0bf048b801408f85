"""Templates become files; what could break out of its line is refused."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.secrets import Secrets
from core.settings import Settings
from hotline.switch import EmbeddedSwitch, RenderError, places_under, render
from hotline.switch.render import checked
from routing.directory import Agent, Directory


def _template(folder: Path, text: str, name: str = "some.conf.j2") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_each_template_becomes_a_file_that_only_the_owner_can_read(tmp_path: Path) -> None:
    _template(tmp_path / "in", "name = {{ name }}\n")
    (path,) = render(tmp_path / "in", tmp_path / "out", {"name": "示范市"})
    assert path == tmp_path / "out" / "some.conf"
    assert path.read_text(encoding="utf-8") == "name = 示范市\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_partial_templates_are_included_but_are_no_files_of_their_own(tmp_path: Path) -> None:
    _template(tmp_path / "in", "shared\n", "_part.j2")
    _template(tmp_path / "in" / "city", '{% include "_part.j2" %}city\n')
    (path,) = render(tmp_path / "in" / "city", tmp_path / "out", {})
    assert path.read_text() == "shared\ncity\n"


def test_an_unknown_variable_is_refused_with_the_template_named(tmp_path: Path) -> None:
    with pytest.raises(RenderError, match=r"some\.conf\.j2.*nobody"):
        render(_template(tmp_path / "in", "{{ nobody }}"), tmp_path / "out", {})


@pytest.mark.parametrize("value", ["a\nexten => s,1,System(x)", "a\rb", "a;b", "a\0b", "tab\there", "\x7f"])
def test_a_value_that_would_begin_another_line_or_a_comment_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(RenderError, match="may not enter"):
        render(_template(tmp_path / "in", "name = {{ name }}\n"), tmp_path / "out", {"name": value})


def test_nothing_is_written_if_one_of_the_files_is_refused(tmp_path: Path) -> None:
    _template(tmp_path / "in", "fine\n", "a.conf.j2")
    _template(tmp_path / "in", "{{ nobody }}", "b.conf.j2")
    with pytest.raises(RenderError):
        render(tmp_path / "in", tmp_path / "out", {})
    assert not list((tmp_path / "out").iterdir())


@given(st.text())
def test_whatever_passes_the_check_stays_within_its_line(text: str) -> None:
    try:
        passed = checked(text)
    except RenderError:
        return
    assert ";" not in passed
    assert not any(ord(sign) < 32 for sign in passed)


def test_a_deep_home_still_gets_a_control_socket_that_the_kernel_takes(tmp_path: Path) -> None:
    deep = places_under(tmp_path / ("x" * 60) / ("y" * 60))
    assert len(bytes(deep.run / "asterisk.ctl")) < 108
    assert deep.run != places_under(tmp_path / ("x" * 60) / ("z" * 60)).run
    assert deep.etc.is_relative_to(tmp_path)


@pytest.mark.switch
def test_every_agent_has_a_phone_in_the_files_and_each_telephone_a_secret_of_its_own(
    asterisk_root: Path, home: Settings, secrets: Secrets,
) -> None:
    agents = Agent(id="a", name="甲", phone="7001"), Agent(id="b", name="乙", phone="7002", kind="web")
    directory = Directory(agents=agents)
    files = {path.name: path.read_text() for path in EmbeddedSwitch(home, secrets, directory).render()}
    assert f"password = {secrets.phone('7001')}" in files["pjsip.conf"]
    assert secrets.phone("7002") not in files["pjsip.conf"]  # a page gets one at each sign-on
    assert files["pjsip.conf"].count("webrtc = yes") == 1
    assert f"port = {home.ami_port}" in files["manager.conf"]
