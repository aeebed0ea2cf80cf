"""A program in the world: any dynamically linked one, unmodified."""
from __future__ import annotations

import os
import pathlib
import re
import shlex
import subprocess
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Dict, List, Mapping, Optional, Pattern, Sequence, Union

from . import find
from .daemon import how
from .errors import NoAnswer, ProgramFailed, Timeout, last_lines

if TYPE_CHECKING:
    from .world import World

PATIENCE = 30.0  # seconds of the wall clock for a program that has nothing more to wait for


@dataclass(frozen=True)
class Line:
    """One line of output, with the world's time at which it was written (as far as the program does not keep it back)."""
    time: float
    text: str


class Program:
    """Started by World.start(). Its standard output and error are lines with the world's time."""

    def __init__(self, world: "World", argv: Sequence[str], name: str, directory: pathlib.Path,
                 files: Optional[Mapping[str, Union[str, bytes]]] = None, env: Optional[Mapping[str, str]] = None, outside: bool = False):
        self.world = world
        self.name = name
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        for path, content in (files or {}).items():
            self.write(path, content)
        self.log = directory / "output"
        self.lines: List[Line] = []
        self._read = 0
        self._partial = b""
        self._waited = 0  # lines that wait_output() has gone past
        executable = find.program(argv[0]) if "/" not in argv[0] else argv[0]
        self.argv = [executable, *map(str, argv[1:])]
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(self.argv, cwd=directory, env=self._environment(env or {}), stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=subprocess.STDOUT)
        try:
            self.takes_part = world.settle(None if outside else self.process.pid)
        except BaseException:
            self.process.kill()
            self.process.wait()
            raise
        if world.clock == "virtual" and not self.takes_part and not outside and not self._ends_soon():
            self.kill()
            raise ProgramFailed(self._told("does not take part in the world's time (is it linked statically, or set-user-ID?)"))

    def _environment(self, more: Mapping[str, str]) -> Dict[str, str]:
        environment = dict(os.environ, LC_ALL="C", PATH=find.SYSTEM_PATH, PYTHONUNBUFFERED="1", MLOSIM_LINE_BUFFERED="1")
        environment.setdefault("PYTHONHASHSEED", "0")
        others = environment.get("LD_PRELOAD")
        environment["LD_PRELOAD"] = str(self.world.preload) + (":" + others if others else "")
        environment["MLOSIM_SOCKET"] = str(self.world.socket)
        environment.pop("MLOSIM_NETDEV", None)
        if self.world.has_taps:
            environment["MLOSIM_NETDEV"] = "tap"
        environment.update(more)
        return environment

    def write(self, path: str, content: Union[str, bytes]) -> pathlib.Path:
        """A file in the program's folder."""
        place = self.directory / path
        place.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, bytes):
            place.write_bytes(content)
        else:
            place.write_text(content)
        return place

    # ---- output ----

    def collect(self) -> None:
        """Takes in what it has written. Called by the world at settled moments."""
        with open(self.log, "rb") as log:
            log.seek(self._read)
            new = log.read()
        self._read += len(new)
        *whole, self._partial = (self._partial + new).split(b"\n")
        self.lines += [Line(self.world.now, line.decode(errors="replace")) for line in whole]

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def wait_output(self, pattern: Union[str, Pattern[str]], timeout: float = 10.0) -> Line:
        """The next line in which the regular expression is found; lines before it are passed over. Timeout in the world's
        seconds."""
        wanted = re.compile(pattern)
        begun = self._waited

        def found() -> Optional[Line]:
            self.collect()
            while self._waited < len(self.lines):
                line = self.lines[self._waited]
                self._waited += 1
                if wanted.search(line.text):
                    return line
            if self.process.poll() is not None:
                raise ProgramFailed(self._told(f"ended without saying {wanted.pattern!r}"))
            return None

        try:
            return self.world.wait_for(found, timeout, of_programs=True)
        except Timeout:
            self._waited = begun
            raise Timeout(self._told(f"has not said {wanted.pattern!r} within {timeout:g} s")) from None

    def _told(self, what: str) -> str:
        code = self.process.poll()
        ended = "" if code is None else f" ({how(code)})"
        return f"{self.name} {what}{ended}; it said last:\n{last_lines(self.output)}"

    # ---- its end ----

    @property
    def running(self) -> bool:
        return self.process.poll() is None

    @property
    def code(self) -> Optional[int]:
        return self.process.poll()

    def wait(self, timeout: float = 60.0) -> int:
        """Lets the world go on until the program ends: its exit code."""
        begun = self.world.now
        deadline = begun + timeout
        while not self._has_ended():
            if self.world.now >= deadline:
                raise Timeout(self._told(f"has not ended within {timeout:g} s"))
            self.world.step_on(deadline, self.world.now - begun, or_turn=True)
        self.collect()
        return self.process.returncode

    def _has_ended(self) -> bool:
        """At a settled moment, so that it is the same in each run: who has left the world's time is on its way out."""
        if self.takes_part and self.process.returncode is None and not self.world.settle(self.process.pid):
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                raise NoAnswer(self._told("has left the world's time but does not end")) from None
        return self.process.poll() is not None

    def _ends_soon(self) -> bool:
        try:
            self.process.wait(2)
        except subprocess.TimeoutExpired:
            return False
        return True

    def stop(self, timeout: float = 5.0) -> Optional[int]:
        """SIGTERM, and SIGKILL if that does not help within so many seconds of the world. Its exit code."""
        if self.running and self.world.stuck:
            self.kill()
        if self.running:
            self.process.terminate()
            try:
                if self.world.alive:
                    self.wait(timeout)
                else:
                    self.process.wait(2)
            except (Timeout, NoAnswer, subprocess.TimeoutExpired):
                self.kill()
        self.world.forget(self)
        return self.code

    def kill(self) -> None:
        if self.running:
            self.process.kill()
            self.process.wait()
        self.collect()
        self.world.forget(self)

    def check(self) -> None:
        """ProgramFailed if it has ended."""
        if not self.running:
            raise ProgramFailed(self._told("has ended"))

    def __enter__(self) -> "Program":
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<{self.name}: {shlex.join(self.argv)}>"


def wall_pause() -> None:
    time.sleep(0.002)
