"""The mirror comes from the machine's own apt configuration, whatever its format."""

from __future__ import annotations

from pathlib import Path

from hotline.switch.mirrors import Source, deb822_sources, is_debian, machine_mirrors, one_line_sources

DEB822 = """\
Types: deb
# a remark
URIs: http://mirror.example/debian/
Suites: bookworm bookworm-updates
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg

Types: deb deb-src
URIs: http://mirror.example/debian-security
Suites: bookworm-security
Components: main

Types: deb
Enabled: no
URIs: http://off.example/debian
Suites: bookworm
Components: main
"""


def test_a_deb822_file_gives_its_enabled_binary_sources() -> None:
    assert [source.uri for source in deb822_sources(DEB822)] == [
        "http://mirror.example/debian", "http://mirror.example/debian-security",
    ]


def test_a_field_may_go_on_in_the_next_line() -> None:
    text = "Types: deb\nURIs: http://m.example/debian\nSuites: bookworm\n bookworm-updates\nComponents: main contrib"
    (source,) = deb822_sources(text)
    assert source.suites == ("bookworm", "bookworm-updates")


def test_two_addresses_in_one_stanza_are_two_sources() -> None:
    text = "Types: deb\nURIs: http://a.example/debian http://b.example/debian\nSuites: sid\nComponents: main\n"
    assert [source.uri for source in deb822_sources(text)] == ["http://a.example/debian", "http://b.example/debian"]


def test_a_one_line_list_gives_binary_sources_and_passes_over_the_rest() -> None:
    text = (
        "# deb http://no.example/debian bookworm main\n"
        "deb [arch=amd64 signed-by=/k.gpg] http://m.example/debian/ bookworm main contrib # here\n"
        "deb-src http://m.example/debian bookworm main\n"
        "\n"
        "deb https://pkgs.example/apt tool main\n"
    )
    assert list(one_line_sources(text)) == [
        Source("http://m.example/debian", ("bookworm",), ("main", "contrib")),
        Source("https://pkgs.example/apt", ("tool",), ("main",)),
    ]


def test_security_archives_and_third_parties_are_no_debian_mirrors() -> None:
    assert is_debian(Source("u", ("bookworm",), ("main",)))
    assert is_debian(Source("u", ("trixie", "trixie-updates"), ("main",)))
    assert not is_debian(Source("u", ("bookworm-security",), ("main",)))
    assert not is_debian(Source("u", ("nodistro",), ("main",)))
    assert not is_debian(Source("u", ("bookworm",), ("stable",)))


def test_the_machines_files_are_read_in_order_and_each_mirror_is_named_once(tmp_path: Path) -> None:
    (tmp_path / "sources.list.d").mkdir()
    (tmp_path / "sources.list.d" / "debian.sources").write_text(DEB822)
    (tmp_path / "sources.list").write_text(
        "deb http://second.example/debian bookworm main\ndeb http://mirror.example/debian bookworm-updates main\n"
    )
    assert machine_mirrors(tmp_path) == ["http://mirror.example/debian", "http://second.example/debian"]


def test_a_machine_without_apt_has_no_mirror(tmp_path: Path) -> None:
    assert machine_mirrors(tmp_path) == []
