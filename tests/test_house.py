"""The house itself: arrows run down, never in circles; every room says what it is for; nothing names this machine."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory

from core.db import alembic_config

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {  # docs/architecture.md, "The rooms of the house"
    "core": set(),
    "routing": {"core"},
    "ivr": {"core", "routing"},
    "bridge": {"core", "routing"},
    "workorders": {"core", "routing"},
    "api": {"core", "routing", "ivr", "bridge", "workorders"},
    "web": {"core", "routing", "ivr", "bridge", "workorders", "api"},
    "hotline": {"core", "routing", "ivr", "bridge", "workorders", "api", "web"},
}
MOST_LINES = 450
# assembled here so that this file does not find itself
FOREIGN = re.compile("|".join((
    r"deb\.debian\." + "org", r"snapshot\.debian\." + "org", r"security\.debian\." + "org", r"pypi\." + "org",
    r"pythonhosted\." + "org", r"registry\.npmjs\." + "org", r"npmmirror\." + "com", r"(?<![\w.])/work" + "/",
    r"(?<![\w.])/root" + "/", r"(?<![\w.])/home" + r"/[a-z]",
)))


def _tracked() -> list[Path]:
    """Return the files that are, or are about to be, under version control."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    if done.returncode != 0:
        pytest.skip("no git here")
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).is_file()]


def _modules() -> dict[str, Path]:
    """Return every module of the house: dotted name → file."""
    found = {}
    for package in MAY_IMPORT:
        for path in (ROOT / package).rglob("*.py"):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = _modules()


def _imports(path: Path) -> Iterator[str]:
    """Yield the dotted names a file imports, also within functions, but not those that serve only type checkers."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    only_types = {id(inner) for node in ast.walk(tree) if _for_type_checkers(node) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in only_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are written in full, never with dots"
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield inner if inner in MODULES else str(node.module)


def _for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


@pytest.mark.parametrize("package", MAY_IMPORT)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    allowed = MAY_IMPORT[package] | {package}
    upward = [
        f"{name} imports {imported}"
        for name, path in MODULES.items() if name.split(".")[0] == package
        for imported in _imports(path)
        if imported.split(".")[0] in MAY_IMPORT and imported.split(".")[0] not in allowed
    ]
    assert upward == []


def test_no_module_imports_itself_by_a_detour() -> None:
    graph = {name: {i for i in _imports(path) if i in MODULES and i != name} for name, path in MODULES.items()}
    done: set[str] = set()
    for name in graph:
        _walk(name, graph, [], done)


def _walk(name: str, graph: dict[str, set[str]], way: list[str], done: set[str]) -> None:
    assert name not in way, "a circle: " + " → ".join([*way[way.index(name):], name])
    if name in done:
        return
    for imported in sorted(graph[name]):
        _walk(imported, graph, [*way, name], done)
    done.add(name)


@pytest.mark.parametrize("name", sorted(name for name, path in MODULES.items() if path.name == "__init__.py"))
def test_a_package_says_what_it_decides(name: str) -> None:
    said = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8")))
    assert said, f"{name} has no docstring"


def test_every_module_belongs_to_a_package() -> None:
    orphans = [
        name for name, path in MODULES.items()
        if not (path.parent / "__init__.py").exists() and "migrations" not in path.parts  # those are scripts
    ]
    assert orphans == []


def test_no_file_of_code_is_longer_than_a_person_reads() -> None:
    long = {
        str(path.relative_to(ROOT)): count
        for path in _tracked() if path.suffix in (".py", ".j2", ".ts")
        if (count := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert long == {}


def test_no_file_names_a_registry_or_a_folder_of_somebodys_machine() -> None:
    named = []
    for path in _tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a recording
        named += [f"{path.relative_to(ROOT)}: {found[0]}" for found in FOREIGN.finditer(text)]
    assert named == []


def test_migrations_follow_one_another_in_one_line() -> None:
    folder = ROOT / "workorders" / "migrations"
    scripts = ScriptDirectory.from_config(alembic_config(folder))
    numbers = sorted(path.name[:4] for path in (folder / "versions").glob("[0-9]*.py"))
    assert [one.revision for one in scripts.walk_revisions()] == numbers[::-1]
    assert scripts.get_heads() == [numbers[-1]]
