"""Manifests: JSON that carries a digest of its own bytes, and digests of the files beside it.

The last field, ``manifest_sha256``, is the SHA-256 of the file with its own 64 digits as zeros.
``files_sha256`` lists files of the folder by relative path. Whoever replaces files first writes a
manifest that lists what comes under ``pending_sha256``, then the files, then the manifest without:
a file is sound if it matches either, so a kill at any moment leaves a folder that is sound.
"""

import contextlib
import datetime as dt
import hashlib
import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from samizdat.system.files import atomic_write, check_regular, naming, to_disk

MANIFEST = "manifest.json"
OWN, FILES, PENDING = "manifest_sha256", "files_sha256", "pending_sha256"
# What ``status`` says of a run, a sweep, a comparison or a report.
RUNNING, INTERRUPTED, COMPLETE, FAILED = "running", "interrupted", "complete", "failed"
_ZEROS = "0" * 64
_LAST = re.compile(rb'"manifest_sha256": "([0-9a-f]{64})"\n}\n\Z')
_END = _ZEROS.encode() + b'"\n}\n'
_TRIES = 20  # times that a reader begins again because a writer was faster

Facts = dict[str, Any]


class ManifestError(ValueError):
    """Why a manifest, or a file that it lists, cannot be trusted; one line that names it."""


def write_manifest(path: Path, facts: Mapping[str, Any]) -> None:
    """Write a manifest with a digest of its own; the file is whole or as before.

    Parameters
    ----------
    facts
        Values that JSON can hold; a number that is not finite becomes null, dates and paths text.
    """
    kept = {name: value for name, value in facts.items() if name != OWN}
    text = json.dumps(_plain(kept | {OWN: _ZEROS}), indent=1, ensure_ascii=False, allow_nan=False)
    # A byte of a command line that is no UTF-8 becomes an escape of JSON.
    content = (text + "\n").encode("utf-8", "backslashreplace")
    with atomic_write(path) as partial:
        partial.write_bytes(content.removesuffix(_END) + _own_digest(content) + _END[64:])


def read_manifest(path: Path) -> Facts:
    """Read a manifest and check its digest; return its facts without it.

    Raises
    ------
    OSError
        If the file cannot be read.
    ManifestError
        If it is no JSON, carries no digest, or differs from what was written.
    """
    return _parsed(path, bytes_of(path))


def read_with_files(folder: Path, names: Iterable[str]) -> tuple[Facts, dict[str, bytes]]:
    """Read the manifest of a folder and files that it lists, as they belong together.

    A writer may be at work: what it replaces meanwhile is read again.

    Raises
    ------
    OSError
        If a file cannot be read.
    ManifestError
        If the manifest or a file differs from what was written, or a file is not listed.
    """
    names = list(names)
    before = b""
    for _ in range(_TRIES):
        content = bytes_of(folder / MANIFEST)
        facts = _parsed(folder / MANIFEST, content)
        found = {name: bytes_of(folder / name) for name in names}
        wrong = [name for name in names if digest_of(found[name]) not in accepted(facts, name)]
        if not wrong:
            return facts, found
        if content == before:
            break
        before = content
    first = wrong[0]
    raise ManifestError(
        f"{folder / first}: has changed since it was written"
        if accepted(facts, first)
        else f"{folder / first}: is not listed in {MANIFEST}"
    )


def accepted(facts: Mapping[str, Any], name: str) -> set[str]:
    """Return the digests that a listed file may have: as written, or as it is about to be."""
    lists = [facts.get(each) for each in (FILES, PENDING)]
    return {str(each[name]) for each in lists if isinstance(each, dict) and name in each}


def listed(facts: Mapping[str, Any]) -> list[str]:
    """List the relative paths that a manifest gives digests of, those about to come included."""
    lists = [facts.get(each) for each in (FILES, PENDING)]
    return sorted({str(name) for each in lists if isinstance(each, dict) for name in each})


def publish(
    folder: Path, before: Mapping[str, Any], facts: Mapping[str, Any], partials: Mapping[str, Path]
) -> Facts:
    """Put files in place and list them in the folder's manifest; return its facts.

    Parameters
    ----------
    before
        The manifest as it is; empty if there is none.
    facts
        The manifest as it shall be; ``files_sha256`` in it lists the files that stay.
    partials
        Complete files in the same folder under other names (`files.partial_of`), by the relative
        path at which they belong.

    Raises
    ------
    OSError
        If something cannot be written; what is there stays sound.
    """
    comes = {name: file_digest(partial) for name, partial in partials.items()}
    stays = dict(settled(folder, facts)[FILES])
    if comes:
        there = settled(folder, before or facts)
        write_manifest(folder / MANIFEST, {**there, PENDING: comes})
    for name, partial in partials.items():
        with naming(partial):
            to_disk(partial)
            partial.replace(folder / name)
            to_disk((folder / name).parent)
    final = {**facts, FILES: {**stays, **comes}}
    final.pop(PENDING, None)
    write_manifest(folder / MANIFEST, final)
    return final


def settled(folder: Path, facts: Mapping[str, Any]) -> Facts:
    """Return facts without ``pending_sha256``: what came of it is in ``files_sha256``."""
    files = dict(facts.get(FILES) or {})
    for name, digest in (facts.get(PENDING) or {}).items():
        with contextlib.suppress(OSError):
            if file_digest(folder / name) == digest:
                files[name] = digest
    kept = {name: value for name, value in facts.items() if name not in (PENDING, OWN)}
    return {**kept, FILES: files}


@contextlib.contextmanager
def staged() -> Iterator[dict[str, Path]]:
    """Yield an empty dict for `publish`; on the way out what is left of its files is removed."""
    partials: dict[str, Path] = {}
    try:
        yield partials
    finally:
        for partial in partials.values():
            partial.unlink(missing_ok=True)


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of some bytes."""
    return hashlib.sha256(content).hexdigest()


def bytes_of(path: Path) -> bytes:
    """Read a file; a pipe or a device, which may never end, is refused with an OSError."""
    check_regular(path)
    with naming(path):
        return path.read_bytes()


def file_digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes; see `bytes_of`."""
    check_regular(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _parsed(path: Path, content: bytes) -> Facts:
    try:
        facts = json.loads(content, object_pairs_hook=_once, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise ManifestError(f"{path}: is broken, it is not JSON") from None
    if not isinstance(facts, dict):
        raise ManifestError(f"{path}: is broken, it is not a table")
    if OWN not in facts:
        raise ManifestError(
            f"{path}: carries no digest ({OWN}), so it was written by an earlier version"
        )
    found = _LAST.search(content)
    if not found or found[1] != _own_digest(content[: found.start(1)] + _END):
        raise ManifestError(f"{path}: has changed since it was written")
    del facts[OWN]
    return facts


def _own_digest(content: bytes) -> bytes:
    return digest_of(content).encode()


def _once(pairs: list[tuple[str, Any]]) -> Facts:
    table = dict(pairs)
    if len(table) < len(pairs):
        raise ValueError("a name is given twice")
    return table


def _refused(name: str) -> None:
    raise ValueError(f"{name} is no JSON")


def _plain(value: Any) -> Any:
    """Return a value as strict JSON can hold it."""
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int | str):
        return value
    if hasattr(value, "item"):  # a number of numpy
        return _plain(value.item())
    return value.isoformat() if isinstance(value, dt.date | dt.datetime) else str(value)


def not_empty(folder: Path) -> str:
    """Return that a folder is not empty; also, that its manifest cannot be relied on."""
    try:
        read_manifest(folder / MANIFEST)
    except ManifestError:
        return "the folder is not empty, its manifest is damaged or of an earlier version"
    except OSError:
        pass  # it has none
    return "the folder is not empty"
