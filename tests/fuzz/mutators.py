"""Seeded changes of valid inputs: what people mistype, what programs export, what disks break."""

import random
import re

WRONG_NUMBERS = [
    "-1", "0", "1", "2", "0.5", "-0.0", "1e308", "-1e308", "1e-320", "nan", "inf", "-inf", "1e999",
    "10" * 200, "true", "false", '"much"', '"0.1"', '""', "[]", "[1, 2]", "{}", "{ a = 1 }", "0x10",
    "1_000", "1,5", "2014-03-01", "9999-12-31", "0001-01-01", "2014-02-30", "07:00:00",
    "9223372036854775807", "9223372036854775808", "4294967296", "-9223372036854775809",
]  # fmt: skip
WRONG_TEXTS = [
    "", " ", "town", "\u202eabc", "é" * 40, "🂡", "a" * 5000, "../../x", "~/x", "\x00", "\t", "None",
    "null", "'", '"', "=", "[", "]", "#", ";", "-", "--", "%s", "{x}", "\\", "\ufeff", "0", "1e5",
]  # fmt: skip
WRONG_BYTES = [
    b"\xff", b"\x00", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\xc0\xaf", "мир".encode("cp1251"),
    b"\x1a", b"\x0c", b'"', b"'", b",", b";", b"\n\n", b"=", b"[[", b"]]", b"{", b"\\u0000",
]  # fmt: skip
_NUMBER = re.compile(r"(?<![\w.\-])-?\d[\d_.e\-]*(?![\w])")
_KEY = re.compile(r"^(\s*)([\w.\"-]+)(\s*=)", re.MULTILINE)


def bytes_changed(content: bytes, chance: random.Random) -> bytes:
    """Return the content with one to three changes of bytes."""
    data = bytearray(content)
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        at = chance.randrange(len(data) + 1)
        match chance.randrange(5):
            case 0 if at < len(data):
                data[at] ^= 1 << chance.randrange(8)
            case 1:
                data[at:at] = chance.choice(WRONG_BYTES)
            case 2:
                del data[at : at + chance.choice([1, 1, 2, 7, 100])]
            case 3:
                data[at:] = b""
            case _:
                data[at:at] = data[at : at + chance.choice([1, 10, 200])]
    return bytes(data)


def toml_changed(text: str, chance: random.Random) -> bytes:
    """Return a TOML text with one to three mistakes, as bytes."""
    for _ in range(chance.choice([1, 1, 1, 2, 3])):
        lines = text.splitlines(keepends=True) or [""]
        k = chance.randrange(len(lines))
        match chance.randrange(9):
            case 0:
                text = _replaced(_NUMBER, text, chance, chance.choice(WRONG_NUMBERS))
            case 1:
                text = _replaced(_NUMBER, text, chance, chance.choice(WRONG_NUMBERS))
            case 2:
                text = _replaced(_KEY, text, chance, f"{_misspelt(chance)} =")
            case 3:
                text = "".join(lines[:k] + lines[k + 1 :])
            case 4:
                text = "".join([*lines[:k], lines[k], *lines[k:]])
            case 5:
                other = chance.randrange(len(lines))
                lines[k], lines[other] = lines[other], lines[k]
                text = "".join(lines)
            case 6:
                text = _replaced(
                    re.compile(r'"[^"\n]*"'), text, chance, f'"{chance.choice(WRONG_TEXTS)}"'
                )
            case 7:
                depth = chance.choice([3, 60, 1500])
                text = "".join([*lines[:k], f"x = {'[' * depth}{']' * depth}\n", *lines[k:]])
            case _:
                return bytes_changed(text.encode(), chance)
    return text.encode(errors="surrogatepass")


def table_changed(text: str, chance: random.Random) -> bytes:
    """Return a CSV text with one or two mistakes, as bytes."""
    for _ in range(chance.choice([1, 1, 2])):
        rows = text.split("\n")
        k = chance.randrange(len(rows))
        cells = rows[k].split(",")
        j = chance.randrange(len(cells))
        match chance.randrange(10):
            case 0:
                cells[j] = chance.choice(WRONG_NUMBERS)
            case 1:
                cells[j] = chance.choice(WRONG_TEXTS)
            case 2:
                cells.insert(j, chance.choice(["", "1", "x"]))
            case 3:
                del cells[j]
            case 4:
                text = text.replace(",", chance.choice([";", "\t", " ", ", ", "|"]))
                continue
            case 5:
                rows.insert(k, chance.choice(["", "# comment", ",,,", rows[0], rows[k]]))
                text = "\n".join(rows)
                continue
            case 6:
                cells[j] = f'"{cells[j]}' + chance.choice(['"', "", '"x', '\n"'])
            case 7:
                cells[j] = cells[j].replace(".", ",") + chance.choice(["", " ", "e5", ".0", "%"])
            case 8:
                text = text.replace("\n", chance.choice(["\r\n", "\r", "\n\n"]))
                continue
            case _:
                return bytes_changed(text.encode(), chance)
        rows[k] = ",".join(cells)
        text = "\n".join(rows)
    return text.encode(errors="surrogatepass")


def _replaced(pattern: re.Pattern[str], text: str, chance: random.Random, new: str) -> str:
    """Replace one of the matches, drawn at random."""
    found = list(pattern.finditer(text))
    if not found:
        return text
    match = chance.choice(found)
    return text[: match.start()] + new + text[match.end() :]


def _misspelt(chance: random.Random) -> str:
    return chance.choice(["beta", "x.y.z", '"a b"', "citizens", "kind", "set", "ñ", '""', "on"])
