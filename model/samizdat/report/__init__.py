"""The report of a sweep: tidy tables, figures and one page with all of them.

A report uses only the rows on disk, so it can be made again at any time, for an unfinished sweep
too. Each file is written completely or not at all, and the same rows give the same tables byte for
byte.
"""

from samizdat.report.write import write_report

__all__ = ["write_report"]
