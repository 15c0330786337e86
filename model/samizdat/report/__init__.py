"""What a sweep found: tidy tables, figures and one page that holds them all.

Everything is drawn from the rows on disk, so that a report can be made again at any time, of an
unfinished sweep too. Files are there whole or not at all, and the same rows give the same tables
byte for byte.
"""

from samizdat.report.write import write_report

__all__ = ["write_report"]
