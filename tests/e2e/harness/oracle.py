"""The real kernel's answers: what tests/data/iw/ holds (see the README there)."""
import pathlib
import re

DATA = pathlib.Path(__file__).resolve().parents[2] / "data" / "iw"


class Answer:
    def __init__(self, code, text):
        self.code = code
        self.text = text


def session(name):
    """The commands of one capture in their order: [(command, Answer)]."""
    commands = []
    command, lines = None, []
    for line in (DATA / name).read_text().splitlines():
        if line.startswith("$ "):
            command, lines = line[2:], []
        elif line.startswith("rc=") and command is not None:
            commands.append((command, Answer(int(line[3:]), "".join(f"{line}\n" for line in lines))))
            command = None
        else:
            lines.append(line)
    return commands


def answer(name, command):
    """The Answer to `command` in capture `name`."""
    for captured, result in session(name):
        if captured == command:
            return result
    raise LookupError(f"{name} has no '{command}'")


def wiphys(text):
    """`iw list`, cut into one text a wiphy: {name: lines}."""
    found = {}
    current = None
    for line in text.splitlines():
        match = re.fullmatch(r"Wiphy (\S+)", line)
        if match:
            current = found.setdefault(match.group(1), [])
        if current is not None:
            current.append(line)
    return found
