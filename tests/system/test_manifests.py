"""Manifests: no bit of them may change unnoticed, and a kill leaves what is sound."""

import datetime as dt
import json

import numpy as np
import pytest

from samizdat.system import files, manifests
from samizdat.system.files import partial_of
from samizdat.system.manifests import (
    ManifestError,
    digest_of,
    publish,
    read_manifest,
    read_with_files,
    settled,
    write_manifest,
)

FACTS = {"status": "complete", "seed": 3, "at_least": 0.035, "note": "\u0416 \udcff", "none": None,
         "zeros": "0" * 64, "list": [1, 2.5, {"deep": True}]}  # fmt: skip


def test_what_was_written_is_read(tmp_path):
    path = tmp_path / "manifest.json"
    write_manifest(path, FACTS)
    assert read_manifest(path) == FACTS
    write_manifest(path, read_manifest(path) | {"seed": 4})
    assert read_manifest(path) == FACTS | {"seed": 4}
    assert [each.name for each in tmp_path.iterdir()] == ["manifest.json"]


def test_the_digest_is_the_last_field_and_covers_all_other_bytes(tmp_path):
    path = tmp_path / "manifest.json"
    write_manifest(path, FACTS)
    content = path.read_bytes()
    found = json.loads(content)
    assert list(found)[-1] == "manifest_sha256"
    digest = found["manifest_sha256"].encode()
    assert digest_of(content.replace(digest, b"0" * 64)).encode() == digest


def test_every_third_bit_that_flips_is_noticed(tmp_path):
    path = tmp_path / "manifest.json"
    write_manifest(path, FACTS)
    content = path.read_bytes()
    for k in range(0, 8 * len(content), 3):
        changed = bytearray(content)
        changed[k // 8] ^= 1 << k % 8
        path.write_bytes(changed)
        with pytest.raises(ManifestError, match=r"manifest\.json"):
            read_manifest(path)


def test_what_json_cannot_hold_is_written_as_what_it_can(tmp_path):
    path = tmp_path / "manifest.json"
    numbers = {"nan": float("nan"), "inf": np.float64("inf"), "int": np.int64(3), "bool": np.True_}
    write_manifest(path, numbers | {"day": dt.date(2014, 3, 1), "path": tmp_path, "pair": (1, 2)})
    assert read_manifest(path) == {"nan": None, "inf": None, "int": 3, "bool": True,
                                   "day": "2014-03-01", "path": str(tmp_path),
                                   "pair": [1, 2]}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"seed": 1}', "carries no digest .*earlier version"),
        ('{"seed": 1, "seed": 2}', "not JSON"),
        ('{"seed": NaN}', "not JSON"),
        ("[1]", "not a table"),
        ("\xff", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ('{"manifest_sha256": "' + "0" * 64 + '"\n}\n', "has changed since it was written"),
        ('{"manifest_sha256": 3}', "has changed since it was written"),
    ],
    ids=["earlier", "twice", "nan", "list", "bytes", "deep", "zeros", "number"],
)
def test_what_is_no_manifest_is_named(tmp_path, text, words):
    (tmp_path / "manifest.json").write_text(text, "latin-1")
    with pytest.raises(ManifestError, match=rf"manifest\.json: .*{words}"):
        read_manifest(tmp_path / "manifest.json")


def publish_table(folder, facts, text):
    partial = partial_of(folder / "table")
    partial.write_text(text)
    return publish(folder, facts, facts | {"text": text}, {"table": partial})


def test_a_listed_file_is_read_with_its_manifest(tmp_path):
    facts = publish_table(tmp_path, {}, "one")
    assert facts == {"text": "one", "files_sha256": {"table": digest_of(b"one")}}
    assert read_with_files(tmp_path, ["table"]) == (facts, {"table": b"one"})
    (tmp_path / "table").write_text("two")
    with pytest.raises(ManifestError, match="table: has changed since it was written"):
        read_with_files(tmp_path, ["table"])
    (tmp_path / "other").write_text("three")
    with pytest.raises(ManifestError, match=r"other: is not listed in manifest\.json"):
        read_with_files(tmp_path, ["other"])


@pytest.mark.parametrize("call", range(4))
def test_a_kill_leaves_a_file_that_matches_its_manifest(tmp_path, monkeypatch, call):
    """Before each flush of a replacement: of the first manifest, the file, the last manifest."""
    facts = publish_table(tmp_path, {}, "one")
    calls, to_disk = [], manifests.to_disk

    def killed(path):
        calls.append(path)
        if len(calls) > 2 * call:
            raise KeyboardInterrupt
        to_disk(path)

    for module in (manifests, files):
        monkeypatch.setattr(module, "to_disk", killed)
    if call < 3:
        with pytest.raises(KeyboardInterrupt):
            publish_table(tmp_path, facts, "two")
    else:
        publish_table(tmp_path, facts, "two")
    found, read = read_with_files(tmp_path, ["table"])
    assert read["table"] == (b"one" if call < 2 else b"two")
    assert found["text"] == ("two" if call == 3 else "one")
    assert settled(tmp_path, found)["files_sha256"] == {"table": digest_of(read["table"])}


def test_a_reader_waits_for_a_writer_that_is_faster(tmp_path, monkeypatch):
    facts = publish_table(tmp_path, {}, "one")
    parsed = manifests._parsed

    def overtaken(path, content):
        found = parsed(path, content)
        if found["text"] == "one":
            publish_table(tmp_path, facts, "two")
        return found

    monkeypatch.setattr(manifests, "_parsed", overtaken)
    found, files = read_with_files(tmp_path, ["table"])
    assert (found["text"], files["table"]) == ("two", b"two")
