"""Templates, compiled once for each language: a sentence without places is text of the template, as if it stood there.

Jinja asks at every call whether the called wants the context, looks for what a dict holds among its methods first,
escapes every sentence anew, makes a Markup of every piece, and hands each up from block to block by itself. A page has
hundreds of each: most of its time. What a template may say and how it is escaped stay Jinja's; a sentence is escaped
when its template is compiled, by the same rule.
"""

from __future__ import annotations

import builtins
import re
from keyword import iskeyword
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, nodes, select_autoescape
from jinja2.compiler import CodeGenerator, Frame
from jinja2.visitor import NodeTransformer
from markupsafe import Markup, escape

from web.texts import Texts

# what every page is given to call (web.site.page): functions of their arguments alone
PLAIN: Final = frozenset({"t", "duration", "term", "moment", "exact", "iso", "told", "unit_options"})
_OF_DICTS: Final = frozenset(dir(dict))
_NOTHING: Final = object()
_special: Final = re.compile("[&<>\"']").search


def escaped(value: object) -> str:
    """Return what ``escape`` says, as a piece of a page: text with nothing to escape is not copied into a Markup."""
    if type(value) is str:
        return value if _special(value) is None else escape(value)
    if type(value) is Markup:
        return value
    return str(value) if type(value) is int else escape(value)


class _Compiler(CodeGenerator):
    """Calls methods of data and the functions of PLAIN directly; macros, and whatever else there is, by the context.

    A block or a part that is taken in is one piece of what it stands in.
    """

    def _output_child_pre(self, node: nodes.Expr, frame: Frame, finalize: Any) -> None:
        plain = frame.eval_ctx.autoescape and not frame.eval_ctx.volatile and finalize.src is None
        if not plain:
            super()._output_child_pre(node, frame, finalize)
            return
        self.write("environment.escaped(")

    def visit_Block(self, node: nodes.Block, frame: Frame) -> None:
        plain = self.extends_so_far == 0 and not node.required and not node.scoped and not self.environment.is_async
        if not plain:
            super().visit_Block(node, frame)
            return
        self.newline(node)
        self.simple_write(f"concat(context.blocks[{node.name!r}][0]({self.get_context_ref()}))", frame)

    def visit_Include(self, node: nodes.Include, frame: Frame) -> None:
        named = isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)
        if not named or not node.with_context or node.ignore_missing or self.environment.is_async:
            super().visit_Include(node, frame)
            return
        self.writeline("template = environment.get_template(", node)
        self.visit(node.template, frame)
        self.write(f", {self.name!r})")
        known = f"template.new_context(context.get_all(), True, {self.dump_local_context(frame)})"
        self.simple_write(f"concat(template.root_render_func({known}))", frame)

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
    escaped = staticmethod(escaped)

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
        if type(obj) is dict:
            if attribute in obj and attribute not in _OF_DICTS:
                return obj[attribute]
        elif (found := builtins.getattr(obj, attribute, _NOTHING)) is not _NOTHING:
            return found
        return super().getattr(obj, attribute)
