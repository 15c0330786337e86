"""The page in a browser, for `solara run samizdat.app`; `samizdat view` serves the same.

Whichever serves it, only this machine's own pages are let in: other names for it can be given to
`samizdat view` alone. `ProtestPage` takes Mesa's components too, functions that turn a model into a
Solara component.
"""

from solara.server import settings

from samizdat.page.layout import Layout, Page, ProtestPage
from samizdat.page.server import guard

__all__ = ["Layout", "Page", "ProtestPage"]

settings.telemetry.mixpanel_enable = False  # whoever serves it: nobody is told of a visit
guard()
