"""The first task of a visitor who is the state."""

import solara

from samizdat.page.guide import TASK, Guide
from samizdat.page.widgets import Button


@solara.component
def Task(guide: Guide) -> None:
    """Show the first task, and which of its steps are done."""
    if not guide.task.value:
        return
    with solara.Div(
        classes=["samizdat-task"], attributes={"role": "region", "aria-label": "Your first task"}
    ):
        with solara.Div(classes=["samizdat-row"]):
            solara.Div(children=["Your first task"], classes=["samizdat-heading"])
            Button("close", lambda: guide.task.set(False), hint="Close the task")
        solara.Div(
            children=[
                "A factory has closed, and a rally is called for 15 March. How many come to the "
                "street depends on you."
            ]
        )
        for name, text in TASK.items():
            done = name in guide.done.value
            solara.Div(
                children=[f"{'✓' if done else '○'} {text}"],
                classes=["samizdat-task-step"],
                attributes={"aria-label": f"{'done' if done else 'to do'}: {text}"},
            )
