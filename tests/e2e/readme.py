#!/usr/bin/env python3
"""The README's session, run: every command's output there is what it prints now.

`python3 tests/e2e/readme.py --write` puts today's output into the README."""
import os
import re
import sys
import unittest

from harness import programs, tap
from harness.world import World, run

README = programs.SOURCE / "README.md"
SESSION = re.compile(r"(?<=```console\n).*?(?=```\n)", re.S)


def commands(session):
    """[(command, output)]"""
    return [(block.split("\n", 1)[0], block.split("\n", 1)[1]) for block in re.split(r"^\$ ", session, flags=re.M)[1:]]


def plain(text):
    """Without what differs between two builds or two runs of the same."""
    return re.sub(r"(commit|trace_hash|wall)=\S+", r"\1=*", text)


def outputs(session):
    """[(command, what it prints)]; the daemon in the background is the tests' own."""
    said = []
    with World("first-look.json") as world:
        env = world.environment()
        path = f"{programs.BUILD / 'src'}:{programs.BUILD / 'src/ctl'}:{env['PATH']}"
        for command, _ in commands(session):
            if command.endswith("&") or command.startswith("export "):
                said.append((command, ""))
                continue
            if command.startswith("mlosimd"):
                command_run = f"{command} --no-socket"
            else:
                command_run = command
            outcome = run(["bash", "-c", command_run], dict(env, PATH=path))
            if outcome.code != 0:
                raise AssertionError(f"{command}: {outcome}")
            said.append((command, outcome.out))
    return said


class Readme(unittest.TestCase):
    def test_shows_what_its_commands_print(self):
        session = SESSION.search(README.read_text()).group()
        self.assertIn("mlosimd --scenario first-look.json &", session)
        for (command, found), (_, shown) in zip(outputs(session), commands(session)):
            self.assertEqual(plain(found), plain(shown), command)

    def test_links_only_to_what_is_there(self):
        for target in re.findall(r"\]\(([^)#]+)\)", README.read_text()):
            self.assertTrue((README.parent / target).exists(), target)


if sys.argv[1:] == ["--write"]:
    text = README.read_text()
    lines = "".join(f"$ {command}\n{said}" for command, said in outputs(SESSION.search(text).group()))
    README.write_text(SESSION.sub(lambda _: lines, text))
else:
    tap.main()
