"""Shares as people read them."""


def format_percent(share: float, decimals: int = 2) -> str:
    """Write a share of 0 ... 1 in per cent.

    >>> format_percent(0.0295)
    '2.95 %'
    >>> format_percent(1e-6)
    '< 0.01 %'
    """
    least = 10.0**-decimals
    percent = 100.0 * share
    return f"< {least:g} %" if 0 < percent < least else f"{percent:.{decimals}f} %"
