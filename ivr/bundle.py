"""A flow and its recordings as one readable file, so that it can live in git: a flow document with a section `sounds`.

``sounds: {zh-CN/u-3f2a…: <base64 of a WAV>}``. Only recordings that the document names are in it; what the engine
speaks is made anew where the file is imported.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import yaml

from ivr.document import Document, read_document
from ivr.errors import Finding, FlowError
from ivr.flow import Flow
from ivr.joined import write_whole

MAX_BYTES = 64_000_000
_NAME = re.compile(r"([a-z]{2,3}(?:-[A-Za-z]{2,8})?)/([0-9A-Za-z_.-]{1,60})")
_WIDTH = 100


class _Readable(yaml.SafeDumper):
    """Long base64 as a block, everything else as people write it."""


def _text(dumper: yaml.SafeDumper, value: str) -> Any:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Readable.add_representer(str, _text)


def export(flow: Flow, document: Mapping[str, Any], recording: Callable[[str, str], bytes | None]) -> str:
    """Return the file. `recording(name, lang)` gives a WAV or None."""
    sounds: dict[str, str] = {}
    for name, prompt in flow.prompts.items():
        for lang in prompt.texts if prompt.recording is not None else ():
            called = prompt.recording_in(lang, name)
            sound = recording(called, lang)
            if sound is not None:
                sounds[f"{lang}/{called}"] = _wrapped(sound)
    whole = {**document, **({"sounds": sounds} if sounds else {})}
    return yaml.dump(whole, Dumper=_Readable, allow_unicode=True, sort_keys=False, width=_WIDTH)


def _wrapped(sound: bytes) -> str:
    text = base64.b64encode(sound).decode()
    return "".join(f"{text[at:at + _WIDTH]}\n" for at in range(0, len(text), _WIDTH))


def read_bundle(raw: bytes, name: str) -> tuple[Document, dict[tuple[str, str], bytes]]:
    """Return the flow document and its recordings by (language, name). Raises FlowError with the place."""
    document = read_document(raw, name, MAX_BYTES)
    if not isinstance(document.data, dict):
        return document, {}
    sounds = document.data.pop("sounds", None) or {}
    found = {}
    for key, text in sounds.items() if isinstance(sounds, dict) else ():
        named = _NAME.fullmatch(key)
        try:
            sound = base64.b64decode("".join(str(text).split()), validate=True)
        except binascii.Error:
            sound = b""
        if named is None or sound[:4] != b"RIFF":
            fix = "请重新导出；键应为 语言/名称，内容为 base64 编码的 WAV"
            raise FlowError([Finding(document.place(("sounds", key)), "bad-sound", "录音读不懂", fix)])
        found[named[1], named[2]] = sound
    return document, found


def keep_sounds(sounds: Mapping[tuple[str, str], bytes], folder: Path) -> int:
    """Put recordings that are not there yet into `folder`; return how many. Raises OSError."""
    new = {folder / lang / f"{name}.wav": sound for (lang, name), sound in sounds.items()
           if not (folder / lang / f"{name}.wav").exists()}
    for place, sound in new.items():
        place.parent.mkdir(parents=True, exist_ok=True)
        write_whole(str(place), sound)
    return len(new)
