"""What a sweep found: tidy tables, figures and one page that holds them all.

A report uses the rows on disk alone, so that it can be made again at any time, of an unfinished
sweep too. Each file is written completely or not at all, and the same rows give the same tables
byte for byte.
"""

from samizdat.report.write import write_report

__all__ = ["write_report"]
