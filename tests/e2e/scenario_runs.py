#!/usr/bin/env python3
"""mlosimd from the command line: options, exit codes, the last line, shipped worlds, time under a person's control."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from harness import programs, tap
from harness.world import World, mlosimd, run

LAST_LINE = re.compile(r"seed=(\d+) commit=(\S+) trace_hash=([0-9a-f]{16}) virtual=([0-9.]+)s wall=([0-9.]+)s")
STATION = {"name": "sta", "interfaces": [{"name": "wlan0", "up": True}]}
# Those that end by themselves.
ENDING = ["crowd-500.json", "crowd-mlo-200.json", "generations.json", "hidden-ssid.json", "mbssid.json", "regulatory-change.json", "rfc-links.json",
          "roam-5g.json", "roam-6g.json"]


class Directory(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-runs-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def file(self, world, name="world.json"):
        path = self.directory / name
        path.write_text(world if isinstance(world, str) else json.dumps(world))
        return path

    def world(self, **members):
        return self.file({"clock": "virtual", "radios": [STATION], **members})

    def go(self, *options, **members):
        """Runs a small world without a socket."""
        return mlosimd("--scenario", self.world(**members), "--no-socket", *options)

    def last_line(self, outcome):
        match = LAST_LINE.fullmatch(outcome.out.splitlines()[-1])
        self.assertIsNotNone(match, outcome)
        return match


class ExitCodes(Directory):
    def test_0_when_all_expectations_hold(self):
        outcome = self.go(expect=[{"within": "1 s", "interface": {"radio": "sta", "up": True}}])
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        self.assertEqual(len(outcome.out.splitlines()), 1)
        self.last_line(outcome)

    def test_1_when_one_fails_and_a_line_that_says_which(self):
        outcome = self.go(expect=[{"within": "1 s", "interface": {"radio": "sta", "up": True}},
                                  {"within": "2 s", "bss": {"radio": "sta", "ssid": "nowhere"}}])
        self.assertEqual(outcome.code, 1)
        self.assertEqual(outcome.err, f'{self.directory}/world.json:/expect/1: failed at 2 s: expected '
                                      '{"bss":{"radio":"sta","ssid":"nowhere"}}, seen sta knows 0 such of 0\n')
        self.last_line(outcome)

    def test_1_when_a_step_ends_with_an_error(self):
        outcome = self.go(steps=[{"at": "1 s", "abort_scan": {"radio": "sta"}}], duration="2 s")
        self.assertEqual(outcome.code, 1)
        self.assertIn("world.json:/steps/0: failed at 1 s: expected no error, seen ENOENT", outcome.err)

    def test_2_with_all_mistakes_and_nothing_started(self):
        trace = self.directory / "trace"
        outcome = mlosimd("--scenario", self.world(duration=1, seed=-1, steps=[{"at": "1 s", "up": {"radio": "st"}}]),
                          "--trace", trace, "--socket", self.directory / "run" / "socket")
        self.assertEqual((outcome.code, outcome.out), (2, ""))
        lines = outcome.err.splitlines()
        self.assertEqual(len(lines), 3)
        for line, pointer in zip(lines, ["/seed", "/duration", "/steps/0/up/radio"]):
            self.assertTrue(line.startswith(f"{self.directory}/world.json:{pointer}: found "), line)
            self.assertIn(", allowed ", line)
        self.assertFalse(trace.exists())
        self.assertFalse((self.directory / "run").exists())

    def test_2_for_broken_json_with_line_and_column(self):
        outcome = mlosimd("--scenario", self.file('{\n  "radios": [{"name": "a"},]\n}'), "--no-socket")
        self.assertEqual(outcome.code, 2)
        self.assertIn('world.json:line 2, column 28: found "]", allowed JSON (', outcome.err)

    def test_2_for_what_only_the_built_world_can_know(self):
        trace = self.directory / "trace"
        outcome = self.go("--trace", trace, duration="1 s", regulatory={"database": "embedded"}, networks=[
            {"name": "n", "radio": "sta", "ssid": "s", "links": [{"band": "6 GHz", "channel": 37}]}])
        self.assertEqual((outcome.code, outcome.out, trace.exists()), (2, "", False))
        self.assertIn("world.json:/networks/0/links/0/channel: found 37", outcome.err)
        self.assertIn("closed in country 00", outcome.err)

    def test_2_for_no_such_file(self):
        outcome = mlosimd("--scenario", self.directory / "none.json")
        self.assertEqual((outcome.code, outcome.err), (2, f"mlosimd: {self.directory}/none.json: no such file\n"))

    def test_2_for_options_that_are_none(self):
        for options in (["--scenario"], ["--colour"], [], ["--scenario", self.world(duration="1 s"), "--set", "seed"],
                        ["--scenario", self.world(duration="1 s"), "--log-level", "loud"]):
            with self.subTest(options=[str(o).split("/")[-1] for o in options]):
                self.assertEqual(mlosimd(*options).code, 2)

    def test_3_for_a_full_disk_but_the_run_goes_on(self):
        outcome = self.go("--trace", "/dev/full", duration="5 s")
        self.assertEqual(outcome.code, 3)
        self.assertRegex(outcome.err, r"mlosimd: the trace /dev/full is not complete: No space left on device; \d+ lines are missing")
        self.assertEqual(self.last_line(outcome).group(4), "5.000000")

    def test_3_for_a_trace_that_cannot_be_made(self):
        outcome = self.go("--trace", self.directory / "none" / "trace", duration="1 s")
        self.assertEqual((outcome.code, outcome.out), (3, ""))
        self.assertIn("No such file or directory", outcome.err)

    def test_3_for_a_socket_that_cannot_be_made(self):
        for place in ("/proc/mlosim/socket", self.directory / ("x" * 120)):
            outcome = mlosimd("--scenario", self.world(duration="1 s"), "--socket", place)
            self.assertEqual((outcome.code, outcome.out), (3, ""))
            self.assertTrue(outcome.err.startswith("mlosimd: "), outcome.err)
            self.assertEqual(len(outcome.err.splitlines()), 1)

    def test_3_for_a_socket_that_another_world_has(self):
        with World({"radios": [STATION]}) as world:
            outcome = mlosimd("--scenario", self.world(duration="1 s"), "--socket", world.socket)
            self.assertEqual(outcome.code, 3)
            self.assertEqual(world.ctl("time").code, 0)

    def test_0_after_sigterm_and_sigint_with_the_last_line(self):
        for number in (signal.SIGTERM, signal.SIGINT):
            with World({"radios": [STATION]}, "--trace", self.directory / "trace") as world:
                world.process.send_signal(number)
                self.assertEqual(world.wait(), 0)
                self.assertRegex(world.output().splitlines()[-1], LAST_LINE)
                self.assertFalse(world.socket.exists())
            for line in (self.directory / "trace").read_text().splitlines():
                json.loads(line)

    def test_1_after_sigterm_if_something_was_still_expected(self):
        with World({"radios": [STATION], "expect": [{"within": "1 h", "bss": {"radio": "sta"}}]}) as world:
            world.process.send_signal(signal.SIGTERM)
            self.assertEqual(world.wait(), 1)
            self.assertIn("/expect/0: failed at ", world.output())


class Options(Directory):
    def test_validate_runs_nothing(self):
        outcome = mlosimd("--scenario", self.world(duration="1000 h"), "--validate")
        self.assertEqual((outcome.code, outcome.out, outcome.err), (0, f"{self.directory}/world.json: no mistakes\n", ""))

    def test_seed_clock_dialect_and_set_take_the_place_of_the_files_values(self):
        outcome = self.go("--seed", 77, duration="1 s", seed=5)
        self.assertEqual(self.last_line(outcome).group(1), "77")
        outcome = self.go("--set", '/duration="2.5 s"', "--set", "/radios/-={\"name\": \"b\"}", "--trace", "-", duration="1 s")
        self.assertEqual(self.last_line(outcome).group(4), "2.500000")
        self.assertIn('"radio":"b"', outcome.out)
        begun = time.monotonic()
        outcome = self.go("--clock", "real", duration="1.2 s")
        self.assertEqual(outcome.code, 0)
        self.assertGreaterEqual(time.monotonic() - begun, 1.2)
        with World({"radios": [STATION]}, "--dialect", "rfc", "--seed", "9") as world:
            self.assertEqual((world.ctl_json("world")["dialect"], world.ctl_json("world")["seed"]), ("rfc", 9))

    def test_that_put_wrong_values_are_mistakes(self):
        for options, text in ((["--seed", "many"], '/seed: found "many", allowed a whole number'),
                              (["--clock", "fast"], '/clock: found "fast", allowed "real", "virtual"'),
                              (["--dialect", "x"], '/dialect: found "x", allowed "mainline", "rfc"'),
                              (["--set", "/radios/7/name=x"], '--set "/radios/7/name": found "x"'),
                              (["--set", "radios=1"], '/radios: found 1'), (["--set", "radios..x=1"], 'allowed a JSON pointer')):
            with self.subTest(options[0] + options[1]):
                outcome = self.go(*options, duration="1 s")
                self.assertEqual(outcome.code, 2)
                self.assertIn(text, outcome.err)

    def test_version_and_help(self):
        self.assertRegex(mlosimd("--version").out, r"^mlosimd \d+\.\d+\.\d+ \(\S+\)\n$")
        text = mlosimd("--help").out
        for option in ("--scenario", "--validate", "--seed", "--clock", "--dialect", "--set", "--socket", "--no-socket", "--paused",
                       "--trace", "--log-level"):
            self.assertIn(option, text)

    def test_a_bare_name_is_looked_for_here_and_then_among_the_shipped_ones(self):
        def lookup(name):
            return subprocess.run([programs.mlosimd(), "--scenario", name, "--validate"], cwd=self.directory, text=True, capture_output=True)
        self.assertIn("/scenarios/roam-6g.json: no mistakes", lookup("roam-6g.json").stdout)
        self.file({"radios": [{"name": "mine"}]}, "roam-6g.json")
        self.assertEqual(lookup("roam-6g.json").stdout, "./roam-6g.json: no mistakes\n")
        missing = lookup("no-such.json")
        self.assertEqual(missing.returncode, 2)
        self.assertRegex(missing.stderr, r"^mlosimd: no-such.json: no such scenario in \., .*/share/mlosimd/scenarios, .*/scenarios\n$")


class SameSeed(Directory):
    WORLD = dict(duration="12 s", medium={"fidelity": "lossy", "shadowing_db": 4},
                 regulatory={"country": "DE", "database": "embedded"}, steps=[{"at": "1 s", "scan": {"radio": "sta"}}])

    def trace(self, name, *options):
        file = self.directory / name
        outcome = self.go("--trace", file, *options, **self.WORLD)
        self.assertEqual(outcome.code, 0, outcome)
        return file.read_bytes(), self.last_line(outcome).group(3)

    def test_gives_the_same_trace_and_the_same_hash(self):
        first, second = self.trace("a"), self.trace("b")
        self.assertEqual(first, second)
        self.assertGreater(first[0].count(b"\n"), 10)

    def test_gives_the_hash_of_the_traces_bytes(self):
        data, stated = self.trace("a")
        value = 0xcbf29ce484222325
        for byte in data:  # FNV-1a
            value = (value ^ byte) * 0x100000001b3 & 0xffffffffffffffff
        self.assertEqual(f"{value:016x}", stated)

    def test_gives_the_same_run_with_and_without_a_socket(self):
        _, alone = self.trace("a")
        served = mlosimd("--scenario", self.world(**self.WORLD), "--socket", self.directory / "run" / "socket")
        self.assertEqual(self.last_line(served).group(3), alone)


class Shipped(Directory):
    def test_worlds_that_end_by_themselves_end_well(self):
        for name in ENDING:
            with self.subTest(name):
                outcome = mlosimd("--scenario", name, "--no-socket", timeout=120)
                self.assertEqual((outcome.code, outcome.err), (0, ""))
                tap.say(f"{name}: {outcome.out.splitlines()[-1]}")

    def test_worlds_are_the_same_run_each_time(self):
        for name in ENDING:
            with self.subTest(name):
                hashes = {self.last_line(mlosimd("--scenario", name, "--no-socket", timeout=120)).group(3) for _ in range(2)}
                self.assertEqual(len(hashes), 1)

    def test_roam_6g_depends_on_its_seed(self):
        hashes = {self.last_line(mlosimd("--scenario", "roam-6g.json", "--no-socket", "--seed", seed)).group(3) for seed in range(4)}
        self.assertGreater(len(hashes), 1)

    def test_first_look_shows_its_networks_to_iw(self):
        with World("first-look.json") as world:
            self.assertIn("Interface wlan0", world.run("iw", "dev").out)
            scan = world.run("iw", "dev", "wlan0", "scan", timeout=60)
            self.assertEqual(scan.code, 0, scan)
            for ssid in ("home", "FamilyNet", "old router"):
                self.assertIn(f"SSID: {ssid}\n", scan.out)

    def test_worlds_are_all_tried_here(self):
        names = {file.name for file in (programs.SOURCE / "scenarios").glob("*.json")}
        with_processes = {name for name in names if name.endswith(("-programs.json", "-program.json"))}  # tried by processes.py
        with_guests = {name for name in names if name.startswith("real-driver")}  # tried by real_driver.py
        self.assertEqual(names - {"scenario.schema.json"} - with_processes - with_guests, {*ENDING, "first-look.json", "two-radios.json", "two-links.json", "three-links.json"})


class TimeInHand(Directory):
    """mlosimctl time, pause, step, run-to, resume."""

    def test_stands_still_from_the_start_if_asked_to(self):
        with World({"clock": "virtual", "duration": "1 h", "radios": [STATION]}, "--paused") as world:
            self.assertEqual(float(world.ctl("time").out), 0)
            time.sleep(0.1)
            self.assertEqual(float(world.ctl("time").out), 0)
            self.assertTrue(world.ctl_json("world")["paused"])

    def test_runs_to_a_moment_and_stays_there(self):
        with World({"clock": "virtual", "duration": "1 h", "radios": [STATION], "steps": [{"at": "2 s", "down": {"radio": "sta"}}]},
                   "--paused") as world:
            self.assertEqual(world.ctl("run-to", "1.5").code, 0)
            self.assertEqual(float(world.ctl("time").out), 1.5)
            self.assertIn("UP", world.run("ip", "link", "show", "wlan0").out)
            self.assertEqual(world.ctl("run-to", "2").code, 0)
            self.assertEqual(float(world.ctl("time").out), 2)
            self.assertNotIn(",UP", world.run("ip", "link", "show", "wlan0").out)
            self.assertNotEqual(world.ctl("run-to", "1").code, 0)

    def test_goes_event_by_event(self):
        with World({"clock": "virtual", "duration": "1 h", "radios": [STATION],
                    "steps": [{"at": "1 s", "down": {"radio": "sta"}}, {"at": "2 s", "up": {"radio": "sta"}}]}, "--paused") as world:
            self.assertEqual(world.ctl("run-to", "0.9").code, 0)
            self.assertEqual(world.ctl("step", "1").code, 0)
            self.assertEqual(float(world.ctl("time").out), 1)
            fired = world.ctl_json("world")["events_fired"]
            world.ctl("step", "1")
            self.assertEqual(world.ctl_json("world")["events_fired"], fired + 1)

    def test_goes_on_to_the_end_when_resumed(self):
        with World({"clock": "virtual", "duration": "1 h", "radios": [STATION]}, "--paused") as world:
            self.assertEqual(world.ctl("resume").code, 0)
            self.assertEqual(world.wait(), 0)
            self.assertIn("virtual=3600.000000s", world.output())

    def test_of_the_wall_clock_can_be_stopped_as_well(self):
        with World({"radios": [STATION]}) as world:
            world.ctl("pause")
            first = world.ctl("time").out
            time.sleep(0.2)
            self.assertEqual(world.ctl("time").out, first)
            world.ctl("resume")
            time.sleep(0.2)
            self.assertGreater(float(world.ctl("time").out), float(first))


if __name__ == "__main__":
    tap.main()
