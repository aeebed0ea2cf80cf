"""What can go wrong, by who is to look at it."""
from __future__ import annotations

from typing import Optional


class Error(Exception):
    """All errors of this package, but `netlink.NetlinkError` (a request was refused) and `netlink.Malformed`."""


class NotFound(Error):
    """A program or library that the package needs is not there."""


class BadScenario(Error):
    """The daemon found mistakes in the scenario; the text has each with its place."""


class WorldDied(Error):
    """The daemon crashed or was killed; the text has the end of its log."""


class WorldEnded(Error):
    """The scenario came to its end, so there is no time left to run. `code` is mlosimd's exit code."""

    def __init__(self, text: str, code: int):
        super().__init__(text)
        self.code = code


class ExpectationFailed(Error, AssertionError):
    """Something that the scenario expects was not so (exit code 1)."""


class ProgramFailed(Error):
    """A program in the world ended, or did not become what it should; the text has the end of its output."""


class Timeout(Error, TimeoutError, AssertionError):
    """What was waited for did not come in the world's time that was given for it."""


class EventsLost(Error):
    """More events came than were read; what follows is not complete."""


class NoAnswer(Error):
    """Somebody did not answer within the wall-clock patience: the daemon, or a program that hangs."""


def last_lines(text: str, count: int = 40, indent: str = "    ") -> str:
    lines = text.splitlines()[-count:]
    return "\n".join(indent + line for line in lines) if lines else indent + "(nothing)"


def with_output(what: str, who: Optional[str], text: str) -> str:
    return f"{what}\n{who or 'output'} said last:\n{last_lines(text)}"
