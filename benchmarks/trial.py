"""A measure that measures nothing: what the tests call in a process of its own."""


def double(number: int) -> dict[str, int]:
    """Return twice a number that is not negative."""
    if number < 0:
        raise ValueError(f"number = {number} is negative")
    return {"double": 2 * number}
