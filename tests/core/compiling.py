"""What the tests of the compiled code on disk share: functions, and calls as of a new process."""

from samizdat.core import jit
from samizdat.core.compiled_cache import drop_old_code, say_once


def tripled(x):
    return 3 * x + 1


def halved(x):
    return 0.5 * x


def forget():
    say_once.cache_clear()
    drop_old_code.cache_clear()


def called(function=tripled, argument=2):
    """Call a function as a new process would; return the result, and whether it was loaded."""
    forget()
    fresh = jit.compiled(function)
    result = fresh(argument)
    return result, bool(fresh.stats.cache_hits)


def only_file(folder):
    (file,) = folder.iterdir()
    return file
