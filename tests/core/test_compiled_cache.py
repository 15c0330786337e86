"""Machine code on disk: damage is found and mended, and nothing that happens to it ends a run."""

import random
import threading

import numba
import pytest
from compiling import called, forget, halved, only_file, tripled

from samizdat.core import compiled_cache, jit
from samizdat.core.compiled_cache import DamagedCodeError


def test_what_was_compiled_is_loaded(folder, capsys):
    assert called() == (7, False)
    assert called() == (7, True)
    assert capsys.readouterr().err == ""


def shortened(file):
    file.write_bytes(file.read_bytes()[:-1])


def halved_in_length(file):
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def without_its_payload(file):
    file.write_bytes(file.read_bytes()[:64])


def emptied(file):
    file.write_bytes(b"")


def of_garbage(file):
    file.write_bytes(random.Random(1).randbytes(file.stat().st_size))


def longer(file):
    file.write_bytes(file.read_bytes() + b"\0")


def with_one_bit_of_its_code_flipped(file):
    content = bytearray(file.read_bytes())
    content[-2000] ^= 1
    file.write_bytes(content)


def with_one_bit_of_its_header_flipped(file):
    content = bytearray(file.read_bytes())
    content[30] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "damaged",
    [
        shortened,
        halved_in_length,
        without_its_payload,
        emptied,
        of_garbage,
        longer,
        with_one_bit_of_its_code_flipped,
        with_one_bit_of_its_header_flipped,
    ],
)
def test_a_damaged_file_is_compiled_again_and_mended(folder, capsys, damaged):
    called()
    damaged(only_file(folder))
    assert called() == (7, False)
    said = f"samizdat: {folder}: a file of compiled code was damaged; it is compiled again"
    assert capsys.readouterr().err == f"{said}, which may take a minute\n"
    assert called() == (7, True)
    assert capsys.readouterr().err == ""


def test_one_line_for_many_damaged_files(folder, capsys):
    fresh = jit.compiled(tripled)
    for argument in (1, 1.0, 1j):
        fresh(argument)
    for file in folder.iterdir():
        shortened(file)
    forget()
    fresh = jit.compiled(tripled)
    assert [fresh(1), fresh(1.0), fresh(1j)] == [4, 4.0, 1 + 3j]
    assert capsys.readouterr().err.count("\n") == 1


def test_no_flipped_bit_passes(folder):
    called()
    whole = only_file(folder).read_bytes()
    draw = random.Random(20140301)
    places = [*range(80), *(draw.randrange(len(whole)) for _ in range(2000))]
    for place in places:
        flipped = bytearray(whole)
        flipped[place] ^= 1 << draw.randrange(8)
        with pytest.raises(DamagedCodeError):
            compiled_cache._unpacked(bytes(flipped))
    assert compiled_cache._unpacked(whole)


def test_a_file_of_other_code_is_not_used(folder):
    called(halved)
    other = only_file(folder).rename(folder / "other")
    called()
    (own,) = [file for file in folder.iterdir() if file != other]
    other.replace(own)
    assert called() == (7, False)
    assert called() == (7, True)


def test_code_that_this_numba_cannot_use_is_compiled_again(folder, capsys, monkeypatch):
    called()

    def refuses(*_):
        raise TypeError("a field is missing")

    with monkeypatch.context() as patch:
        patch.setattr(compiled_cache.CompileResult, "_rebuild", refuses)
        assert called() == (7, False)
    assert "cannot be used (TypeError('a field is missing'))" in capsys.readouterr().err
    assert called() == (7, True)


def test_lack_of_memory_is_no_damage(folder, monkeypatch):
    called()

    def too_much(*_):
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(compiled_cache.CompileResult, "_rebuild", too_much)
        with pytest.raises(MemoryError):
            called()
    assert called() == (7, True)


def test_each_signature_has_a_file_of_its_own(folder):
    called()
    called(argument=1.5)
    assert len(list(folder.iterdir())) == 2
    assert called() == (7, True)
    assert called(argument=1.5) == (5.5, True)


def test_other_options_are_other_code(folder):
    called()
    wide = jit.inlined(tripled)
    assert wide(2) == 7
    assert not wide.stats.cache_hits


def test_an_edited_file_is_compiled_again(folder, tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    text = "FACTOR = {}\n\n\ndef scaled(x):\n    return FACTOR * x\n"
    for factor, loaded in ((2, False), (2, True), (3, False)):
        file = tmp_path / "edited_rule.py"
        file.write_text(text.format(factor))
        scope = {"__name__": "edited_rule"}
        exec(compile(file.read_text(), str(file), "exec"), scope)
        assert called(scope["scaled"], 5) == (5 * factor, loaded)


def test_what_a_function_closes_over_counts(folder):
    def times(factor):
        def multiplied(x):
            return factor * x

        return multiplied

    assert called(times(2), 5) == (10, False)
    assert called(times(3), 5) == (15, False)
    assert called(times(2), 5) == (10, True)


def test_a_function_that_closes_over_what_cannot_be_stored_is_compiled_each_time(folder):
    lock = threading.Lock()

    def locked(x):
        return x if lock is None else x + 1

    with pytest.raises(numba.TypingError):  # no failure of the cache
        called(locked)
    assert not folder.exists()


def test_a_function_without_a_file_is_compiled_each_time(folder):
    scope = {"__name__": "typed_in"}
    exec("def typed(x):\n    return x - 1\n", scope)
    assert called(scope["typed"]) == (1, False)
    assert called(scope["typed"]) == (1, False)
    assert not folder.exists()


def test_recompiling_removes_what_is_stored(folder):
    fresh = jit.compiled(tripled)
    fresh(2)
    file = only_file(folder)
    shortened(file)
    fresh.recompile()
    assert called() == (7, True)
