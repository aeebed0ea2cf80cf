"""The control socket of a hostapd or wpa_supplicant in a world."""
from __future__ import annotations

import collections
import pathlib
import re
import select
import socket
import threading
import time
from typing import Any, Deque, Dict, List, Optional, Pattern, Tuple, Union

from .errors import NoAnswer, ProgramFailed, Timeout, last_lines
from .program import Program

PATIENCE = 30.0  # seconds of the wall clock for an answer, which takes no time of the world


class ControlEvent(str):
    """"CTRL-EVENT-CONNECTED - Connection to …", with the world's time at which it was taken in."""
    time: float
    level: int

    def __new__(cls, text: str, time_: float, level: int) -> "ControlEvent":
        self = super().__new__(cls, text)
        self.time = time_
        self.level = level
        return self


class Control:
    """A control socket, attached. A thread empties it, so that a program that says much at once never finds it full; what it
    has read is looked at only at settled moments, so that each run sees the same."""

    def __init__(self, program: Program, path: pathlib.Path, number: int):
        self.program = program
        self.world = program.world
        self._place = program.directory / f"client-{number}"
        self._lock = threading.Lock()
        self._answered = threading.Condition(self._lock)
        self._answers: Deque[str] = collections.deque()
        self._unseen: Deque[str] = collections.deque()
        self._events: Deque[ControlEvent] = collections.deque()
        self.history: List[ControlEvent] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.setblocking(False)
        self._closing, self._closed = socket.socketpair()
        try:
            self._place.unlink()
        except FileNotFoundError:
            pass
        try:
            self._socket.bind(str(self._place))
            self._socket.connect(str(path))
        except OSError:
            self._socket.close()
            raise
        self._reader = threading.Thread(target=self._read_on, name=f"control of {program.name}", daemon=True)
        self._reader.start()
        self.world.on_settled(self._take_events)
        if self.request("ATTACH") != "OK":
            raise ProgramFailed(f"{program.name} attaches nobody to {path}")

    def close(self) -> None:
        self.world.forget(self._take_events)
        self._closing.close()
        self._reader.join()
        self._socket.close()
        self._closed.close()
        try:
            self._place.unlink()
        except FileNotFoundError:
            pass

    # ---- what comes in ----

    def _read_on(self) -> None:
        while True:
            readable = select.select([self._socket, self._closed], [], [])[0]
            if self._closed in readable:
                return
            with self._lock:
                if not self._read_all():
                    return

    def _read_all(self) -> bool:
        """All that has come; with the lock held. False: the program has gone."""
        while True:
            try:
                text = self._socket.recv(1 << 16).decode(errors="replace").rstrip("\n")
            except BlockingIOError:
                return True
            except OSError:
                return False
            if re.match(r"<\d>", text):
                self._unseen.append(text)
            else:
                self._answers.append(text)
                self._answered.notify_all()

    def _take_events(self) -> None:
        with self._lock:
            self._read_all()
            unseen, self._unseen = list(self._unseen), collections.deque()
        now = self.world.now if unseen else 0.0
        for text in unseen:
            event = ControlEvent(text[3:], now, int(text[1]))
            self._events.append(event)
            self.history.append(event)

    # ---- requests ----

    def request(self, command: str) -> str:
        """Asks, and waits for the answer: no time of the world passes."""
        with self._lock:
            self._answers.clear()
        try:
            self._socket.send(command.encode())
        except OSError as error:
            self.program.check()
            raise ProgramFailed(f"{self.program.name} takes no request: {error}") from error
        self.world.settle()
        self._take_events()
        with self._lock:
            if self._answers:
                return self._answers.popleft()
        answer = self._wait_answer(command)
        self.world.settle()
        return answer

    def _wait_answer(self, command: str) -> str:
        """Of a program that lives in the machine's time."""
        deadline = time.monotonic() + PATIENCE
        with self._lock:
            while not self._answers:
                self._answered.wait(0.2)
                if not self._answers and not self.program.running:
                    break
                if not self._answers and time.monotonic() > deadline:
                    raise NoAnswer(f"{self.program.name} does not answer {command!r}; it said last:\n{last_lines(self.program.output)}")
            answer = self._answers.popleft() if self._answers else None
        if answer is None:
            self.program.check()
            raise NoAnswer(f"{self.program.name} did not answer {command!r}")
        return answer

    def command(self, command: str) -> None:
        """A request that has to be answered with OK."""
        answer = self.request(command)
        if answer != "OK":
            raise ProgramFailed(f"{self.program.name} answers {command!r} with {answer!r}; it said last:\n{last_lines(self.program.output, 15)}")

    def values(self, command: str) -> Dict[str, str]:
        """Of an answer of lines "name=value"."""
        return dict(line.split("=", 1) for line in self.request(command).splitlines() if "=" in line)

    # ---- events ----

    def events(self) -> List[ControlEvent]:
        """Those that have come and were not waited for yet."""
        self.world.settle()
        taken, self._events = list(self._events), collections.deque()
        return taken

    def forget_events(self) -> None:
        self.events()

    def wait_event(self, *wanted: Union[str, Pattern[str]], timeout: float = 10.0, unless: Union[str, Tuple[str, ...]] = ()) -> ControlEvent:
        """Runs the world until an event comes that begins with one of the texts, or in which one of the compiled patterns is
        found; those before it are gone. One that begins with `unless` is a failure. Timeout in the world's seconds."""
        passed: List[ControlEvent] = []

        def found() -> Optional[ControlEvent]:
            while self._events:
                event = self._events.popleft()
                if any(event.startswith(one) if isinstance(one, str) else one.search(event) for one in wanted):
                    return event
                if unless and event.startswith(unless):
                    raise ProgramFailed(self._in_vain(wanted, f"instead came {str(event)!r} at {event.time:.3f} s", passed))
                passed.append(event)
            self.program.check()
            return None

        self.world.settle()
        try:
            return self.world.wait_for(found, timeout, of_programs=True)
        except Timeout:
            raise Timeout(self._in_vain(wanted, f"not within {timeout:g} s", passed)) from None

    def _in_vain(self, wanted: Tuple[Any, ...], why: str, passed: List[ControlEvent]) -> str:
        names = " or ".join(one if isinstance(one, str) else one.pattern for one in wanted)
        events = "\n".join(f"    {event.time:10.6f} {event}" for event in passed[-20:]) or "    (none)"
        return (f"{self.program.name}: event {names}: {why}\nevents meanwhile:\n{events}\n"
                f"{self.program.name} said last:\n{last_lines(self.program.output)}")
