"""The page in a browser, for `solara run samizdat.app`; `samizdat view` serves it more safely.

`ProtestPage` takes Mesa's components too, functions that turn a model into a Solara component.
"""

from samizdat.page.show import Layout, Page, ProtestPage

__all__ = ["Layout", "Page", "ProtestPage"]
