"""The embedded switch: where Asterisk comes from, which files it reads, its process.

Decides versions, folders, rendering, readiness. Never knows a call. Imports routing/ and core/.
"""

from hotline.switch.embedded import EmbeddedSwitch, SwitchStatus, place_context
from hotline.switch.errors import FetchError, NotReadyError, RenderError, SwitchError, TooOldError
from hotline.switch.installation import Installation
from hotline.switch.places import Places, places_under
from hotline.switch.process import AsteriskProcess
from hotline.switch.render import render

__all__ = [
    "AsteriskProcess", "EmbeddedSwitch", "FetchError", "Installation", "NotReadyError", "Places", "RenderError",
    "SwitchError", "SwitchStatus", "TooOldError", "place_context", "places_under", "render",
]
