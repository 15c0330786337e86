"""The page as a Solara app, for `solara run samizdat.app`; `samizdat view` serves the same page.

Either way only this machine's own pages are admitted; other host names can be given to
`samizdat view`, which also asks for a token. `solara run` asks for one if `SAMIZDAT_TOKEN` is set.
`ProtestPage` also shows Mesa's components: functions that turn a model into a Solara component.
"""

from solara.server import settings

from samizdat.page.layout import Layout, Page, ProtestPage
from samizdat.page.server import install_door

__all__ = ["Layout", "Page", "ProtestPage"]

settings.telemetry.mixpanel_enable = False  # no telemetry, whichever way it is served
install_door()
