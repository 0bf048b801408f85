"""A call as a list shows it, drawn once for all to whom the same is told of it; what is told later is drawn anew."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from fastapi import Request
from markupsafe import Markup

from api.wording.sentences import say
from web import times
from web.site import part, site_of, texts_of
from web.texts import Texts

_OF_THE_READER: Final = frozenset({"caller", "called", "orders"})  # masked, or seen, by who reads: never drawn here


def drawn_call(request: Request, call: Mapping[str, Any], names: Mapping[str, str]) -> Markup:
    """Return a call of ``api.talks`` with its player, or why it may not be heard; `names`: whom ids stand for."""
    texts, zone = texts_of(request), site_of(request).zone
    told = {name: value for name, value in call.items() if name not in _OF_THE_READER}
    known = {who: names[who] for who in _parties(call) if who in names}
    return part(request, "parts/call.html", repr((told, known)), lambda: {
        "call": told, "names": known, "voices": voices(texts, call, known),
        "told": lambda sentence: say(sentence, texts.language),
        "duration": lambda seconds: times.duration(texts, seconds),
        "exact": lambda at: times.exact(at, zone), "iso": lambda at: times.iso(at, zone)})


def voices(texts: Texts, call: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Return part → whose voice it is, "" where nobody is named.

    Somebody who came back to a talk has a voice for each time: a page that was reloaded is a leg of its own.
    """
    lanes = list(call.get("lanes", ()))
    every = Counter(lane["who"] for lane in lanes)
    seen, found = Counter[str](), dict[str, str]()
    for lane in lanes:
        who = lane["who"]
        seen[who] += 1
        nth = f" {texts('player.nth', n=seen[who])}" if every[who] > 1 else ""
        found[lane["part"]] = f"{names.get(who) or who}{nth}" if who else ""
    return found


def _parties(call: Mapping[str, Any]) -> list[str]:
    """Return everybody of a call, each once."""
    listed = (*call.get("lanes", ()), *call.get("marks", ()))
    return list(dict.fromkeys(one["who"] for one in listed if one["who"]))
