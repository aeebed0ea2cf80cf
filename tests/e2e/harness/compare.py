"""Compares texts line by line, knowing the few differences that tests/data/iw/differences.txt allows."""
import difflib
import fnmatch
import re

from harness import oracle


class Rule:
    """One line of the list: `COMMAND | + or - | LINE | REASON`, command and line with * and ?."""

    def __init__(self, line):
        parts = [part.strip() for part in line.split("|")]
        if len(parts) != 4 or parts[1] not in "+-" or not parts[3]:
            raise ValueError(f"differences.txt: expected COMMAND | + or - | LINE | REASON, found: {line}")
        self.command, self.sign, self.line, self.reason = parts
        self.used = 0

    def covers(self, command, sign, line):
        covers = (sign == self.sign and fnmatch.fnmatchcase(command, self.command)
                  and fnmatch.fnmatchcase(line.strip(), self.line))
        self.used += covers
        return covers


def rules():
    lines = (oracle.DATA / "differences.txt").read_text().splitlines()
    return [Rule(line) for line in lines if line.strip() and not line.startswith("#")]


def stale(known):
    """What no comparison needed: its reason is gone, so it must go too."""
    return [f"{rule.command} | {rule.sign} | {rule.line}" for rule in known if not rule.used]


def differences(command, expected, found, known):
    """Lines that only one side has (- the oracle's, + ours) and that no rule explains."""
    unexplained = []
    for line in difflib.ndiff(expected, found):
        sign, text = line[0], line[2:]
        if sign in "+-" and not any(rule.covers(command, sign, text) for rule in known):
            unexplained.append(f"{sign} {text}")
    return unexplained


class Numbers:
    """Interface indexes differ between any two machines: they are counted from the first one seen."""

    def __init__(self):
        self.first = None

    def index(self, text):
        number = int(text)
        if self.first is None:
            self.first = number
        return str(number - self.first)

    def plain(self, text):
        """Interface indexes become relative; airtimes and times become a star."""
        lines = []
        for line in text.splitlines():
            line = re.sub(r"(\tifindex )(\d+)$", lambda m: m[1] + self.index(m[2]), line)
            line = re.sub(r"^(\d+)(: (?!lo:)\S+: <)", lambda m: self.index(m[1]) + m[2], line)
            line = re.sub(r"(DFS state: \w+ \(for )\d+ sec", r"\1* sec", line)
            line = re.sub(r"(channel (?:active|busy|receive|transmit|scan) time:\s+)\d+ ms", r"\1* ms", line)
            lines.append(line.rstrip())
        return lines
