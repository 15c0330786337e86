"""The command `samizdat`: one file a command; heavy imports wait until a command needs them."""

import functools
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

import typer

from samizdat.core.quantity import format_value
from samizdat.system.files import reason_of
from samizdat.system.interrupts import Interrupted, raising_interrupted
from samizdat.version import __version__


def usage_error(reason: object) -> NoReturn:
    """End the command with one line on stderr that says what is wrong, and exit code 2."""
    line = " ".join(str(reason).split())
    typer.echo(f"samizdat: {line}", err=True)
    sys.exit(2)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"samizdat {__version__}")
        raise typer.Exit


def _app() -> typer.Typer:
    from samizdat.cli.animate import animate
    from samizdat.cli.bench import bench
    from samizdat.cli.cache import cache
    from samizdat.cli.check import check
    from samizdat.cli.compact import compact
    from samizdat.cli.compare import compare
    from samizdat.cli.explain import explain
    from samizdat.cli.parameters import parameters
    from samizdat.cli.report import report
    from samizdat.cli.run import run
    from samizdat.cli.scenarios import scenarios
    from samizdat.cli.sweep import sweep
    from samizdat.cli.verify import verify
    from samizdat.cli.view import view

    app = typer.Typer(
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
    )
    commands = (run, view, compare, sweep, report, verify, compact, explain, animate, scenarios,
                parameters, check, bench, cache)  # fmt: skip
    for command in commands:
        app.command(command.__name__)(_past_typer(command))

    @app.callback()
    def samizdat(
        version: bool = typer.Option(
            False, "--version", help="Print the version.", callback=_show_version, is_eager=True
        ),
    ) -> None:
        """Agent-based model of online protest mobilisation."""

    return app


# Typer uses either the click package or its own copy; the base of its errors is found through it.
_ClickException: Any = next(
    base for base in typer.BadParameter.__mro__ if base.__name__ == "ClickException"
)


def _told(problem: Any, args: Sequence[str]) -> str:
    """Return the message of an error of usage; typer tells a wrong number in pydantic's words."""
    message = str(problem.format_message())
    given = _given(getattr(problem, "param", None), args)
    for word, number in (("integer", "whole number"), ("number", "number")):
        before, found, _ = message.partition(f"Input should be a valid {word}")
        if found:
            return f"{before}a {number} is needed{given}"
    return message


def _given(option: Any, args: Sequence[str]) -> str:
    """Return the value of an option as it stands on the command line, if it stands there."""
    for name in getattr(option, "opts", ()):
        for word, after in zip(args, [*args[1:], None], strict=False):
            value = after if word == name else word.removeprefix(f"{name}=")
            if value is not None and (word == name or value != word):
                return f", not {format_value(value)}"
    return ""


class _Carried(Exception):  # noqa: N818 - no error of its own
    """Carries an exception past typer, which would tell it as an abort by the user."""

    def __init__(self, carried: BaseException) -> None:
        super().__init__(carried)
        self.carried = carried


def _past_typer(command: Callable[..., int | None]) -> Callable[..., int | None]:
    @functools.wraps(command)
    def carried(*args: Any, **options: Any) -> int | None:
        try:
            return command(*args, **options)
        except (KeyboardInterrupt, EOFError) as error:
            raise _Carried(error) from None

    return carried


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line; a user's error gives one line on stderr and exit code 2."""
    try:
        with raising_interrupted():
            sys.exit(_call(args))
    except KeyboardInterrupt as signal:
        _interrupted(signal)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone
        sys.exit(141)
    except OSError as problem:  # a full disk, a folder that vanished
        where = problem.filename or ("standard output" if _of_printing(problem) else "")
        usage_error(f"{where}{': ' if where else ''}{reason_of(problem)}")
    except MemoryError as problem:
        usage_error(f"out of memory{_because(problem)}; fewer citizens or threads need less")
    except RecursionError as problem:
        usage_error(f"a value is nested too deeply{_because(problem)}")
    except OverflowError as problem:
        usage_error(f"a number is too large{_because(problem)}")


def _call(args: list[str] | None) -> int:
    """Run the command; return its exit code."""
    try:
        status = _app()(args=args, prog_name="samizdat", standalone_mode=False)
        sys.stdout.flush()
    except _Carried as carrier:
        raise carrier.carried from None
    except _ClickException as problem:
        if type(problem).__name__ == "NoArgsIsHelpError":
            typer.echo(problem.format_message())
            sys.exit(2)
        usage_error(_told(problem, sys.argv[1:] if args is None else args))
    return status if isinstance(status, int) else 0


def _interrupted(signal: KeyboardInterrupt) -> NoReturn:
    typer.echo(f"samizdat: interrupted{_because(signal, ' by ')}", err=True)
    sys.exit(signal.exit_code if isinstance(signal, Interrupted) else 130)


def _because(problem: BaseException, before: str = ": ") -> str:
    return f"{before}{problem}" if str(problem) else ""


def _of_printing(problem: OSError) -> bool:
    """Whether standard output took no more; then what it still holds is dropped."""
    calls = {frame.f_code.co_name for frame, _ in traceback.walk_tb(problem.__traceback__)}
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return True
    return "echo" in calls
