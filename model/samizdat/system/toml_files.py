"""TOML files of a user: scenarios and experiments are read here, and only here."""

import re
import tomllib
from pathlib import Path
from typing import Any

from samizdat.system.input_files import InputError, read_bytes

LARGEST = 8_000_000  # bytes; a shipped scenario has 20,000
DEEPEST = 100  # tables and lists within one another
_LONG_KEY = re.compile(rf"""(?<![\w-])(?:["']?[\w-]+["']?[ \t]*\.[ \t]*){{{DEEPEST},}}""")


def read_text(path: Path) -> str:
    """Return the text of a TOML file, without a byte-order mark.

    Raises
    ------
    InputError
        The file cannot be read, is larger than `LARGEST`, or is not text in UTF-8.
    """
    content = read_bytes(path, LARGEST)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise InputError(
            f"{path}, line {line}: not a text file in UTF-8 (byte 0x{content[error.start]:02x}), "
            "a TOML file is needed"
        ) from None


def parse(text: str, where: str) -> dict[str, Any]:
    """Return the table that a TOML text holds.

    Parameters
    ----------
    where
        Name of the text in a message.

    Raises
    ------
    InputError
        In one line: broken TOML, or nested too deeply.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > LARGEST:
        raise InputError(f"{where}: {len(text)} characters; allowed are {LARGEST}")
    deep = InputError(f"{where}: broken TOML: nested too deeply, allowed are {DEEPEST} levels")
    if _LONG_KEY.search(text):
        raise deep
    try:
        table = tomllib.loads(text)
    except RecursionError:
        raise deep from None
    except tomllib.TOMLDecodeError as error:
        reason = " ".join(str(error).split())
        raise InputError(f"{where}: broken TOML: {reason}") from None
    except ValueError:  # of thousands of digits
        raise InputError(f"{where}: broken TOML: a whole number of thousands of digits") from None
    _check_depth(table, deep)
    return table


def _check_depth(table: dict[str, Any], deep: InputError) -> None:
    """Check the depth without recursion."""
    level: list[Any] = list(table.values())
    for _ in range(DEEPEST):
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
            elif isinstance(value, list):
                below.extend(value)
        level = below
        if not level:
            return
    raise deep
