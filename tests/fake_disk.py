"""A disk that loses what was not flushed: every state in which a power cut may leave a folder.

What is recorded is what POSIX promises and no more. ``fsync`` of a file keeps its content, and not
its name; ``fsync`` of a folder keeps the names in it. Of the names that were made, renamed or
removed since, any may be on the disk, each wholly or not at all; of a content that was not
flushed there may be nothing, the first half, or all, or what was flushed before.
"""

import itertools
import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from pathlib import Path
from typing import Any

import pytest

CALLS = ("fsync", "rename", "replace", "unlink", "remove", "rmdir", "mkdir")
State = dict[str, bytes | None]  # from a path within the folder to its content; None: a folder
Change = tuple["Node", str, "Node | None"]  # in this folder, this name is that; None: removed


@dataclass(eq=False)
class Node:
    """A file or a folder: as programs see it, and as it is on the disk."""

    is_folder: bool
    names: dict[str, "Node"] = field(default_factory=dict)
    names_on_disk: dict[str, "Node"] = field(default_factory=dict)
    content: bytes = b""
    on_disk: bytes = b""

    def contents(self) -> set[bytes]:
        """What a power cut may leave of a file."""
        if self.content == self.on_disk:
            return {self.on_disk}
        return {self.on_disk, b"", self.content[: len(self.content) // 2], self.content}


class FakeDisk:
    """Records what happens in a folder; each moment at which the power may fail is a state.

    Attributes
    ----------
    moments
        One set of states for each call that changed something or flushed it, in order.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = Node(is_folder=True)
        self.pending: list[tuple[Change, ...]] = []  # changes of names, those of one call together
        self.moments: list[list[State]] = []
        self._lock = threading.RLock()
        self._notice(self.root, folder)
        self._flush_all(self.root)

    # What programs do

    def called(self, name: str, call: Callable[..., Any], *args: Any, **named: Any) -> Any:
        """Do what was asked of the system, and note what it changed."""
        with self._lock:
            self._look()
            if name in ("rename", "replace"):
                before, after = (self._place(Path(os.fsdecode(path))) for path in args[:2])
                result = call(*args, **named)
                self._move(before, after)
            else:
                result = call(*args, **named)
                if name == "fsync":
                    self._flush(args[0])
            self._look()
            return result

    def _look(self) -> None:
        """Note what has changed since the last look; this is a moment."""
        self._notice(self.root, self.folder)
        self.moments.append(list(self.states()))

    def _notice(self, node: Node, path: Path) -> None:
        found = {each.name: each for each in path.iterdir()}
        for name in node.names.keys() - found.keys():
            del node.names[name]
            self.pending.append(((node, name, None),))
        for name, each in sorted(found.items()):
            if name not in node.names:
                node.names[name] = Node(each.is_dir())
                self.pending.append(((node, name, node.names[name]),))
            if each.is_dir():
                self._notice(node.names[name], each)
            else:
                node.names[name].content = each.read_bytes()

    def _place(self, path: Path) -> tuple[Node, str] | None:
        """The folder and the name of a path; None outside."""
        if not path.is_relative_to(self.folder):
            return None
        node = self.root
        for name in path.relative_to(self.folder).parts[:-1]:
            node = node.names[name]
        return node, path.name

    def _move(self, before: tuple[Node, str] | None, after: tuple[Node, str] | None) -> None:
        if before and after:
            (old, name), (new, other) = before, after
            node = old.names.pop(name)
            new.names[other] = node
            self.pending.append(((old, name, None), (new, other, node)))

    def _flush(self, descriptor: int) -> None:
        here = os.fstat(descriptor)
        for node, path in self._walk(self.root, self.folder):
            if os.path.samestat(here, path.stat()):
                node.on_disk = node.content
                if node.is_folder:
                    due = [group for group in self.pending if group[-1][0] is node]
                    self.pending = [group for group in self.pending if group not in due]
                    for folder, name, what in itertools.chain(*due):
                        _set(folder.names_on_disk, name, what)

    def _walk(self, node: Node, path: Path) -> Iterator[tuple[Node, Path]]:
        yield node, path
        for name, each in node.names.items():
            yield from self._walk(each, path / name)

    def _flush_all(self, node: Node) -> None:
        self.pending = []
        for each, _ in self._walk(node, self.folder):
            each.on_disk, each.names_on_disk = each.content, dict(each.names)

    # What a power cut leaves

    def states(self) -> Iterator[State]:
        """Every state in which the power may leave the folder now."""
        for done in itertools.product((False, True), repeat=len(self.pending)):
            names: dict[int, dict[str, Node]] = {}
            for group in itertools.compress(self.pending, done):
                for folder, name, what in group:
                    _set(names.setdefault(id(folder), dict(folder.names_on_disk)), name, what)
            yield from _states(self.root, "", names)

    def after(self) -> list[State]:
        """Every state in which the power may leave the folder once all is done."""
        return self.moments[-1]

    def distinct(self) -> list[State]:
        """Every state of any moment, each once."""
        known = {tuple(sorted(state.items())): state for state in itertools.chain(*self.moments)}
        return list(known.values())


def _set(names: dict[str, Node], name: str, what: Node | None) -> None:
    if what is None:
        names.pop(name, None)
    else:
        names[name] = what


def _states(node: Node, path: str, names: dict[int, dict[str, Node]]) -> Iterator[State]:
    """The states of what stands below a folder, given the names that are on the disk."""
    parts: list[list[State]] = []
    for name, each in names.get(id(node), node.names_on_disk).items():
        here = f"{path}{name}"
        if each.is_folder:
            parts.append([{here: None, **below} for below in _states(each, f"{here}/", names)])
        else:
            parts.append([{here: content} for content in sorted(each.contents())])
    for chosen in itertools.product(*parts):
        yield {place: content for part in chosen for place, content in part.items()}


def record(patch: pytest.MonkeyPatch, folder: Path) -> FakeDisk:
    """Let a disk record what happens in a folder until the patch ends."""
    disk = FakeDisk(folder)
    for name in CALLS:
        call = getattr(os, name)

        def recorded(*args: Any, _name: str = name, _call: Any = call, **named: Any) -> Any:
            return disk.called(_name, _call, *args, **named)

        patch.setattr(os, name, wraps(call)(recorded))
    return disk


def restored(state: State, folder: Path) -> Path:
    """Make a new folder in this state."""
    folder.mkdir()
    for place, content in sorted(state.items()):
        if content is None:
            (folder / place).mkdir()
        else:
            (folder / place).write_bytes(content)
    return folder
