"""Templates, compiled once for each language: a sentence without places is text of the template, as if it stood there.

Jinja asks at every call whether the called wants the context, looks for what a dict holds among its methods first,
and escapes every sentence anew. A page has hundreds of each: most of its time. What a template may say and how
it is escaped stay Jinja's; a sentence is escaped when its template is compiled, by the same rule.
"""

from __future__ import annotations

from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, select_autoescape
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer

from web.texts import Texts

# what every page is given to call (web.site.page): functions of their arguments alone
PLAIN: Final = frozenset({"t", "duration", "term", "moment", "exact", "iso", "told", "unit_options"})
_OF_DICTS: Final = frozenset(dir(dict))


class _Compiler(CodeGenerator):
    """Calls methods of data and the functions of PLAIN directly; macros, and whatever else there is, by the context."""

    def visit_Call(self, node: nodes.Call, frame: Frame, forward_caller: bool = False) -> None:
        if forward_caller or not _plain(node):
            super().visit_Call(node, frame, forward_caller=forward_caller)
            return
        self.visit(node.node, frame)
        self.write("(")
        for argument in (*node.args, *node.kwargs):
            self.visit(argument, frame)
            self.write(", ")
        self.write(")")


def _plain(node: nodes.Call) -> bool:
    """Tell whether a call can be written as Python writes it."""
    known = isinstance(node.node, nodes.Getattr) or (isinstance(node.node, nodes.Name) and node.node.name in PLAIN)
    odd = node.dyn_args is not None or node.dyn_kwargs is not None or any(iskeyword(one.key) for one in node.kwargs)
    return known and not odd


class _Told(NodeTransformer):
    """Puts sentences that are the same on every page where the template asks for them."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts

    def visit_Call(self, node: nodes.Call) -> nodes.Node:
        """Replace ``t("key")``; a key that is not there stays, to be refused where it is asked for."""
        self.generic_visit(node)
        if not isinstance(node.node, nodes.Name) or node.node.name != "t" or len(node.args) != 1 or node.kwargs:
            return node
        key = node.args[0]
        if not isinstance(key, nodes.Const) or not _plain(node) or key.value not in self._texts:
            return node
        return nodes.Const(self._texts(key.value), lineno=node.lineno)


class Templates(Environment):
    """The templates in one language."""

    code_generator_class = _Compiler

    def __init__(self, folder: Path, texts: Texts) -> None:
        super().__init__(loader=FileSystemLoader(folder), undefined=StrictUndefined,
                         autoescape=select_autoescape(default=True, default_for_string=True),
                         trim_blocks=True, lstrip_blocks=True,
                         auto_reload=False)  # or each part of each page asks the disk whether it has changed
        self._texts = texts

    def _generate(self, source: nodes.Template, name: str | None, filename: str | None,
                  defer_init: bool = False) -> str:
        made: str = super()._generate(_Told(self._texts).visit(source), name, filename, defer_init)
        return made

    def getattr(self, obj: Any, attribute: str) -> Any:
        """Return what a dict holds under a name, or else what Jinja finds."""
        if type(obj) is dict and attribute in obj and attribute not in _OF_DICTS:
            return obj[attribute]
        return super().getattr(obj, attribute)
