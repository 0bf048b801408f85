"""Every sentence of a refusal that stands in the code, read from the code itself: what is given to the exceptions."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from core.settings import PROJECT

FOLDERS = ("api", "web", "workorders", "bridge", "ivr", "core", "routing")
# the tops of the trees of exceptions that leave as problems, and the helpers that make them
TOPS = frozenset({"Problem", "WorkOrderError", "Refused", "ControlRefused", "IvrError", "DirectoryError", "Refusal",
                  "AgentRefused", "Fault", "bad", "unknown", "forbidden", "_simple", "_other", "Check"})
# how the checks of a menu's document say what they have found, and where they put it together
FINDERS, PARTS = frozenset({"add", "_add", "_add_way"}), frozenset({"problem", "fix", "why", "least", "long", "always"})
# raised where no request is answered: the interpreter's own protocol, a broken switch, the audit's own report
INWARD = frozenset({"AgiError", "SpeechError", "workorders/keeping/proof.py", "ivr/drivers/terminal.py"})


def trees() -> dict[Path, ast.Module]:
    """Return the parsed code of the house."""
    files = (path for folder in FOLDERS for path in sorted((PROJECT / folder).rglob("*.py")))
    return {path: ast.parse(path.read_text("utf-8")) for path in files}


def name_of(node: ast.expr) -> str:
    """Return the last part of a dotted name, "" for what is none."""
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def kinds(parsed: dict[Path, ast.Module]) -> frozenset[str]:
    """Return the names of every exception that leaves as a problem, by who inherits from whom."""
    found, before = set(TOPS), 0
    while len(found) != before:
        before = len(found)
        found |= {node.name for tree in parsed.values() for node in ast.walk(tree)
                  if isinstance(node, ast.ClassDef) and node.name not in INWARD
                  and any(name_of(base) in found for base in node.bases)}
    return frozenset(found)


def shape(node: ast.expr) -> str | None:
    """Return a text of the code with ``{}`` for each of its values; None for what is no text."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and (left := shape(node.left)) is not None:
        return left + (shape(node.right) or "{}")
    return None


def said() -> Iterator[tuple[str, str]]:
    """Yield (where, sentence with ``{}`` for its values) of every refusal."""
    parsed = trees()
    raised = kinds(parsed)
    for path, tree in parsed.items():
        where = str(path.relative_to(PROJECT))
        if where in INWARD:
            continue
        here = raised | FINDERS if where.startswith("ivr/") else raised
        for node in ast.walk(tree):
            for text in (shape(one) for given in _given(node, here, where) for one in _either(given)):
                if text is not None and is_sentence(text):
                    yield f"{where}:{getattr(node, 'lineno', 0)}", text


def _given(node: ast.AST, names: frozenset[str], where: str) -> list[ast.expr]:
    """Return what a node hands to whoever says it: the arguments of a call, the parts of a finding."""
    if isinstance(node, ast.Call) and name_of(node.func) in names:
        return node.args
    if isinstance(node, ast.Assign) and where.startswith("ivr/"):
        targets = {name_of(one) for target in node.targets for one in _each(target)}
        return _each(node.value) if targets & PARTS else []
    return []


def _each(node: ast.expr) -> list[ast.expr]:
    return node.elts if isinstance(node, ast.Tuple) else [node]


def _either(given: ast.expr) -> tuple[ast.expr, ...]:
    return (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)


def is_sentence(text: str) -> bool:
    """Tell a sentence from a code, which is one word of Latin letters, and from values strung together."""
    words = text.replace("{}", "")
    return any(letter.isalpha() for letter in words) and (not text.isascii() or " " in text)
