#!/usr/bin/env python3
"""docs/scenarios.md: every JSON example on the page is run, and what it says of mistakes is what mlosimd says."""
import json
import pathlib
import re
import shutil
import tempfile
import unittest

from harness import programs, tap
from harness.world import World, mlosimd, run

PAGE = (programs.SOURCE / "docs" / "scenarios.md").read_text()
BLOCKS = [(PAGE[:match.start()].count("\n") + 1, match.group(1), match.group(2))
          for match in re.finditer(r"^```(json(?: bad)?)\n(.*?)^```", PAGE, re.M | re.S)]
SCHEMA = json.loads((programs.SOURCE / "scenarios" / "scenario.schema.json").read_text())


class Page(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-manual-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.file = self.directory / "world.json"

    def test_examples_run_and_all_that_they_expect_comes_true(self):
        self.assertGreaterEqual(len(BLOCKS), 8)
        for line, kind, text in BLOCKS:
            if kind != "json":
                continue
            with self.subTest(f"line {line}"):
                self.file.write_text(text)
                if "virtual" not in text and '"expect"' not in text:  # runs until it is stopped
                    with World(self.file) as world:
                        self.assertEqual(world.ctl("time").code, 0)
                    self.assertEqual(world.code, 0)
                    continue
                outcome = mlosimd("--scenario", self.file, "--no-socket")
                self.assertEqual((outcome.code, outcome.err), (0, ""))

    def test_mistakes_are_reported_as_shown(self):
        (line, _, text), = [block for block in BLOCKS if block[1] == "json bad"]
        shown = re.search(r"^```json bad\n.*?^```\n\n```\n(.*?)^```", PAGE, re.M | re.S).group(1).splitlines()
        self.file.write_text(text)
        outcome = mlosimd("--scenario", self.file, "--no-socket")
        self.assertEqual(outcome.code, 2)
        said = outcome.err.replace(f"{self.directory}/", "").splitlines()
        self.assertEqual(len(said), len(shown))
        for real, example in zip(said, shown):
            if example.endswith("…"):
                self.assertTrue(real.startswith(example[:-1]), real)
            else:
                self.assertEqual(real, example)

    def test_names_every_member_that_there_is(self):
        def names(node):
            if isinstance(node, dict):
                if node.get("type") == "object" and isinstance(node.get("properties"), dict):
                    yield from node["properties"]
                for key, member in node.items():
                    if key != "profile":
                        yield from names(member)
            elif isinstance(node, list):
                for member in node:
                    yield from names(member)
        missing = sorted({name for name in names(SCHEMA) if name not in PAGE})
        self.assertEqual(missing, [])

    def test_lists_every_shipped_world(self):
        for file in (programs.SOURCE / "scenarios").glob("*.json"):
            self.assertIn(f"`{file.name}`" if file.name != "scenario.schema.json" else file.name, PAGE)


class Manual(unittest.TestCase):
    FILE = programs.SOURCE / "docs" / "mlosimd.1"

    def test_has_no_mistakes(self):
        outcome = run([programs.system("mandoc"), "-T", "lint", "-W", "warning", self.FILE])
        self.assertEqual((outcome.code, outcome.text), (0, ""))

    def test_tells_of_every_option(self):
        text = run([programs.system("mandoc"), "-T", "utf8", self.FILE]).out
        text = re.sub(".\b", "", text)
        for option in re.findall(r"--[a-z-]+", mlosimd("--help").out):
            self.assertIn(option, text)


if __name__ == "__main__":
    tap.main()
