"""The command `samizdat`: one file a command; heavy imports wait until a command needs them."""

import sys
from typing import Any, NoReturn

import typer

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
        app.command(command.__name__)(command)

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


def main(args: list[str] | None = None) -> NoReturn:
    """Run the command line; a user's error gives one line on stderr and exit code 2."""
    try:
        status = _app()(args=args, prog_name="samizdat", standalone_mode=False)
    except _ClickException as problem:
        if type(problem).__name__ == "NoArgsIsHelpError":
            typer.echo(problem.format_message())
            sys.exit(2)
        usage_error(problem.format_message())
    except (typer.Abort, KeyboardInterrupt):
        typer.echo("samizdat: interrupted", err=True)
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()  # the reader of our output is gone
        sys.exit(141)
    except OSError as problem:  # a full disk, a folder that vanished
        where = f"{problem.filename}: " if problem.filename else ""
        usage_error(f"{where}{(problem.strerror or str(problem)).lower()}")
    sys.exit(status if isinstance(status, int) else 0)
