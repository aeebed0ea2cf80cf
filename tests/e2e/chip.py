#!/usr/bin/env python3
"""Radios with a chip, from outside: what mlosimctl shows of them, how it makes them fail, and what becomes of a run then."""
import json
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

from harness import programs, tap
from harness.world import World, mlosimd, run

CHIP = {"name": "sta", "chip": "mt7925", "interfaces": [{"name": "sta0", "up": True}]}
WORLD = {"clock": "real", "seed": 7, "regulatory": "US", "radios": [{"name": "ap"}, CHIP]}


class Looks(unittest.TestCase):
    def setUp(self):
        self.world = World(WORLD)
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.wait("EDCA")

    def wait(self, message):
        """Until the driver has said that: its interface is up then."""
        follower = subprocess.Popen([programs.mlosimctl(), "--socket", str(self.world.socket), "mcu", "--follow", "sta"],
                                    stdout=subprocess.PIPE, encoding="utf-8")
        try:
            for line in follower.stdout:
                if f"for {message} status" in line:
                    return line
        finally:
            follower.kill()
            follower.communicate()

    def refused(self, code, words, *arguments):
        outcome = self.world.ctl(*arguments)
        self.assertEqual((outcome.code, outcome.out), (code, ""), f"{arguments}: {outcome}")
        self.assertRegex(outcome.err, r"\Amlosimctl: [^\n]*" + words + r"[^\n]*\n\Z")

    def test_radios_tell_what_they_are_made_of(self):
        self.assertEqual([r["chip"] for r in self.world.ctl_json("radios")], ["generic", "mt7925"])

    def test_messages_are_shown_by_name_to_people_and_as_objects_to_scripts(self):
        lines = self.world.ctl("mcu", "sta").out.splitlines()
        self.assertRegex(lines[0], r"^\[    0\.\d{6}\] cmd NIC_POWER_CTRL ")
        self.assertTrue(any(" BSS_INFO " in line and "| BASIC active 1 " in line for line in lines), lines[-8:])
        objects = [json.loads(line) for line in self.world.ctl("--json", "mcu", "sta").out.splitlines()]
        basic = next(o for o in objects if o["name"] == "BSS_INFO")
        self.assertEqual((basic["dir"], basic["cid"], basic["tlvs"][0]["name"]), ("cmd", 2, "BASIC"))
        # With its text the longest message is longer than a netlink message takes.
        self.assertGreater(max(len(json.dumps(o)) for o in objects), 3000)
        self.assertEqual(len(self.world.ctl("mcu", "-n", "3", "phy1").out.splitlines()), 3)

    def test_tables_show_both_halves_and_where_they_differ(self):
        row, = self.world.ctl_json("chip", "sta", "bss")
        self.assertEqual((row["bss"], row["in use"], row["fw active"]), ("0", "yes", "yes"))
        self.assertNotIn("differs", row)
        self.assertTrue(self.world.ctl("wcid", "sta").out.startswith("WCID "))
        counts = {row["count"]: row["value"] for row in self.world.ctl_json("chip", "sta")}
        self.assertEqual((counts["boots"], counts["bss_indexes"], counts["violations"], counts["oopses"]), ("1", "1", "0", "0"))

    def test_dmesg_shows_what_the_driver_prints_with_the_worlds_time(self):
        lines = self.world.ctl("dmesg").out.splitlines()
        self.assertRegex(lines[0], r"^\[    0\.\d{6}\] HW/SW Version: ")
        self.assertEqual(json.loads(self.world.ctl("--json", "dmesg", "sta", "-n", "1").out)["radio"], "sta")

    def test_faults_come_and_go(self):
        number = self.world.ctl("faults", "add", "sta", "drop_ack", "cid=DEV_INFO", "times=1").out.strip()
        self.world.ctl("faults", "add", "sta", "B6")
        self.world.ctl("faults", "add", "air", "drop_frame", "frame=auth", "from=ap")
        self.assertEqual({(f["of"], f["rule"]) for f in self.world.ctl_json("faults", "list")},
                         {("sta", "drop_ack cid=DEV_INFO times=1"), ("sta", "key_removal"), ("air", "drop_frame frame=auth from=ap")})
        self.assertEqual(self.world.ctl("faults", "remove", "sta", number).code, 0)
        self.assertEqual(self.world.ctl("faults", "clear", "air").code, 0)
        self.assertEqual([f["rule"] for f in self.world.ctl_json("faults", "list")], ["key_removal"])
        self.refused(1, "switched on|is on already", "faults", "add", "sta", "key_removal")
        self.refused(1, "no such fault", "faults", "remove", "sta", number)
        self.refused(1, '"nonsense" is no fault', "faults", "add", "sta", "nonsense")
        self.refused(1, '"nobody" is no radio', "faults", "add", "air", "drop_frame", "from=nobody")

    def test_what_is_not_there_is_refused(self):
        self.refused(1, "no radio nobody", "mcu", "nobody")
        self.refused(1, "has no chip", "wcid", "ap")
        self.refused(1, "no such table", "chip", "sta", "nonsense")


class Runs(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-chip-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def file(self, **members):
        path = self.directory / "world.json"
        path.write_text(json.dumps({"clock": "virtual", "radios": [{"name": "ap"}, CHIP], **members}))
        return path

    def go(self, path, *options):
        return mlosimd("--scenario", path, "--no-socket", "--log-level", "off", *options)

    def test_a_fault_of_the_command_line_is_in_force_from_the_start(self):
        path = self.file(expect=[{"at": "8 s", "chip": {"radio": "sta", "timeouts": 0}}])
        self.assertEqual(self.go(path).code, 0)
        for fault in ("drop_ack cid=DEV_INFO times=1", "sta:drop_ack cid=DEV_INFO times=1"):
            outcome = self.go(path, "--fault", fault)
            self.assertEqual(outcome.code, 1, outcome)
            self.assertIn("seen sta: timeouts 1", outcome.err)
        outcome = self.go(path, "--fault", "ap:B6")
        self.assertEqual(outcome.code, 2, outcome)
        self.assertIn('/faults/0/radio: found "ap", which has no chip', outcome.err)

    def test_a_scenario_says_what_its_fault_does(self):
        path = self.file(expect=[{"at": "8 s", "chip": {"radio": "sta", "timeouts": 0}}],
                         with_fault={"faults": [{"radio": "sta", "rule": "drop_ack cid=DEV_INFO times=1"}],
                                     "expect": [{"at": "8 s", "chip": {"radio": "sta", "timeouts": 1}}]})
        self.assertEqual(self.go(path).code, 0)
        self.assertEqual(self.go(path, "--with-fault").code, 0)
        without = self.go(self.file(duration="1 s"), "--with-fault")
        self.assertEqual((without.code, "/with_fault: found nothing" in without.err), (2, True), without)

    def sweep(self, path, *options):
        return run([programs.mlosimctl(), "sweep-faults", str(path), "--settle", "5 s", *options])

    def test_a_sweep_fails_each_message_once_and_reports_what_ends_badly(self):
        path = self.file(duration="2 s")
        outcome = self.sweep(path, "--at-most", "12", "--json")
        self.assertIn(outcome.code, (0, 1), outcome)
        report = json.loads(outcome.out)
        self.assertEqual(report["runs"], 12)
        self.assertEqual(outcome.code, 1 if report["bad"] else 0)
        for bad in report["bad"]:
            self.assertIn(bad["way"], ("timeout", "error", "reset"))
        self.assertRegex(self.sweep(path, "--at-most", "3").out, r"(?m)^3 runs(, \d+ (fine|in [a-z, ]+))+\n\Z")

    def test_a_sweep_needs_a_chip_and_a_run_without_faults_that_holds(self):
        path = self.directory / "plain.json"
        path.write_text(json.dumps({"clock": "virtual", "duration": "1 s", "radios": [{"name": "ap"}]}))
        self.assertEqual((self.sweep(path).code, self.sweep(path).err), (2, "mlosimctl: no radio of this scenario has a chip, so there is nothing to fail\n"))
        broken = self.file(expect=[{"at": "1 s", "chip": {"radio": "sta", "boots": 5}}])
        self.assertEqual(self.sweep(broken).code, 2)
        self.assertEqual(self.sweep(self.directory / "missing.json").code, 2)


class Defects(unittest.TestCase):
    """scenarios/mt7925: each with its fault off and on."""
    FILES = sorted((programs.SOURCE / "scenarios" / "mt7925").glob("*.json"))
    NO_FAULT = '/with_fault/faults=[{"radio": "sta", "rule": "drop_ack cid=255 times=1"}]'

    def go(self, path, *options):
        return mlosimd("--scenario", path, "--no-socket", "--log-level", "off", *options)

    def test_without_its_fault_each_world_is_fine(self):
        self.assertTrue(self.FILES)
        for path in self.FILES:
            with self.subTest(path.name):
                self.assertEqual(self.go(path).code, 0)

    def test_with_its_fault_each_shows_the_symptom_and_without_it_not(self):
        for path in self.FILES:
            with self.subTest(path.name):
                outcome = self.go(path, "--with-fault")
                self.assertEqual(outcome.code, 0, outcome)
                # The symptom is the fault's: what is expected of it does not come by itself.
                self.assertEqual(self.go(path, "--with-fault", "--set", self.NO_FAULT).code, 1)

    def test_a_defect_of_the_command_line_makes_a_run_fail(self):
        for path in self.FILES:
            with self.subTest(path.name):
                defect, = re.search(r"--fault (\S+)", path.read_text()).groups()
                self.assertEqual(self.go(path, "--fault", defect).code, 1)
        walk = mlosimd("--scenario", programs.SOURCE / "scenarios" / "roam-6g.json", "--no-socket", "--log-level", "off", "--fault", "sta:B6")
        self.assertEqual(walk.code, 1)
        self.assertIn("failed to remove key (1, ff:ff:ff:ff:ff:ff) from hardware (-22)", walk.err)

    def test_the_same_seed_gives_the_same_symptom(self):
        for path in self.FILES:
            with self.subTest(path.name):
                hashes = {re.search("trace_hash=(\\S+)", self.go(path, "--with-fault").out).group(1) for _ in range(2)}
                self.assertEqual(len(hashes), 1)


if __name__ == "__main__":
    tap.main()
