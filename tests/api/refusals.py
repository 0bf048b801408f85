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
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and name_of(node.func) in raised:
                for text in (shape(one) for given in node.args for one in _either(given)):
                    if text is not None and is_sentence(text):
                        yield f"{where}:{node.lineno}", text


def _either(given: ast.expr) -> tuple[ast.expr, ...]:
    return (given.body, given.orelse) if isinstance(given, ast.IfExp) else (given,)


def is_sentence(text: str) -> bool:
    """Tell a sentence from a code, which is one word of Latin letters."""
    return not text.isascii() or " " in text
