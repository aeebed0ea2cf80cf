#!/usr/bin/env python3
"""A chip's station roams between two AP MLDs, again and again, while things go wrong at random; in the end nothing is left over. A
hundred worlds of a hundred roams, by hand: MLOSIM_ROAM_SEEDS=100 MLOSIM_ROAMS=100 MLOSIM_BUILD=build python3 tests/e2e/chip_roams.py"""
import json
import os
import pathlib
import random
import shutil
import tempfile
import time
import unittest

from harness import tap
from harness.world import mlosimd

SEEDS = int(os.environ.get("MLOSIM_ROAM_SEEDS", "3"))
ROAMS = int(os.environ.get("MLOSIM_ROAMS", "30"))
PASSWORD = "over the hills"
LINKS = [{"band": "2.4 GHz", "channel": 1}, {"band": "5 GHz", "channel": 36, "width_mhz": 80},
         {"band": "6 GHz", "channel": 37, "width_mhz": 160}]
COMMANDS = ["DEV_INFO", "BSS_INFO", "STA_REC", "EDCA", "ROC", "BAND_CONFIG", "SCAN_REQ", "OFFLOAD"]
EVENTS = ["ROC", "SCAN_DONE"]
# A scan of all channels takes six.
ROAM_EVERY_S = 8
RECOVERY_S = 90
# What stays when the interface is down: nothing but the global entry.
NOTHING_LEFT = {"radio": "sta", "wcids": 0, "bss_indexes": 0, "queued_commands": 0, "table_faults": 0, "violations": 0, "oopses": 0,
                "warnings": 0}


def random_rule(dice):
    """Something that a firmware may do, once."""
    command = dice.choice(COMMANDS)
    refused = dice.choice([c for c in COMMANDS if c not in ("DEV_INFO", "BSS_INFO")])  # what it refuses to end it keeps
    skip = dice.randrange(6)
    return dice.choice([
        f"drop_ack cid={command} skip={skip} times=1",
        f"status=0x10003 cid={refused} skip={skip} times=1",
        f"delay={dice.choice([5, 50, 500, 2500])} cid={command} skip={skip} times=1",
        f"wrong_seq cid={command} skip={skip} times=1",
        f"drop_event eid={dice.choice(EVENTS)} skip={skip} times=1",
        f"delay_event={dice.choice([100, 1000])} eid={dice.choice(EVENTS)} times=1",
        f"no_grant skip={skip} times=1",
        f"late_grant={dice.choice([200, 3000])} skip={skip} times=1",
        f"coredump cid={command} skip={skip} times=1",
        f"stall_ring15 cid={command} skip={skip} times=1",
        f"beacon_loss={dice.randrange(2)} cid={command} times=1",
    ])


def world(seed, roams, faults):
    """`faults`: how many of the chip's rules; without any, no frame is lost either."""
    dice = random.Random(seed)
    end = 15 + roams * ROAM_EVERY_S
    plan = [{"at": f"{dice.uniform(12, end):.3f} s", "radio": "sta", "rule": random_rule(dice)} for _ in range(faults)]
    if faults:
        plan.append({"at": "12 s", "rules": ["drop_frame frame=data percent=1", "drop_frame frame=mgmt percent=1"]})
    steps = [{"at": f"{15 + i * ROAM_EVERY_S} s", "roam": {"station": "walker", "network": ("east", "west")[i % 2]}, "may_fail": faults > 0}
             for i in range(roams)]
    steps += [{"at": f"{end} s", "clear_faults": {}},
              {"at": f"{end + RECOVERY_S + 1} s", "down": {"radio": "sta", "interface": "sta0"}}]
    mld = {"ssid": "office", "security": "wpa3", "password": PASSWORD, "links": LINKS}
    return {
        "seed": seed, "clock": "virtual", "duration": f"{end + RECOVERY_S + 10} s",
        "regulatory": {"country": "DE", "database": "embedded"},
        "radios": [{"name": "sta", "chip": "mt7925", "position_m": [5, 0, 1], "interfaces": [{"name": "sta0", "up": True}]},
                   {"name": "west", "channels": 3, "position_m": [0, 0, 3]}, {"name": "east", "channels": 3, "position_m": [10, 0, 3]}],
        "networks": [{"name": "west", "radio": "west", **mld}, {"name": "east", "radio": "east", **mld}],
        "stations": [{"name": "walker", "radio": "sta", "ssid": "office", "security": "wpa3", "password": PASSWORD}],
        "faults": plan, "steps": steps,
        "expect": [
            {"at": f"{end + RECOVERY_S} s", "station": {"name": "walker", "links": 2}, "description": "it is connected with both links in the end"},
            {"at": f"{end + RECOVERY_S + 10} s", "chip": NOTHING_LEFT, "description": "nothing is left of it"},
        ] + ([] if faults else [
            {"at": f"{end} s", "station": {"name": "walker", "roams": roams, "failures": 0}, "description": "every roam went well"}]),
    }


class Roams(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-roams-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)

    def go(self, seed, roams, faults):
        path = self.directory / f"{seed}.json"
        path.write_text(json.dumps(world(seed, roams, faults)))
        outcome = mlosimd("--scenario", path, "--no-socket", timeout=200)
        self.assertEqual(outcome.code, 0, f"seed {seed}:\n{outcome.err[-2000:]}")
        return outcome

    def test_without_faults_every_roam_goes_well(self):
        begin = time.monotonic()
        self.go(1, ROAMS, 0)
        print(f"# {ROAMS} roams in {time.monotonic() - begin:.2f} s")

    def test_with_random_faults_nothing_is_left_over(self):
        begin = time.monotonic()
        failed = {}
        for seed in range(1, SEEDS + 1):
            try:
                self.go(seed, ROAMS, max(ROAMS // 5, 1))
            except AssertionError as error:
                failed[seed] = str(error)
        print(f"# {SEEDS} seeds of {ROAMS} roams in {time.monotonic() - begin:.2f} s, {len(failed)} failed")
        self.assertEqual(failed, {}, "\n".join(failed.values())[:4000])

    def test_memory_does_not_grow_with_the_roams(self):
        """A hundred more cost no page more than the few that a heap takes for itself."""
        sizes = []
        for roams in (50, 250):
            path = self.directory / "memory.json"
            path.write_text(json.dumps(world(1, roams, 0)))
            pid = os.posix_spawn(os.environ["MLOSIM_BUILD"] + "/src/mlosimd",
                                 ["mlosimd", "--scenario", str(path), "--no-socket"], os.environ,
                                 file_actions=[(os.POSIX_SPAWN_OPEN, 1, "/dev/null", os.O_WRONLY, 0)])
            _, status, used = os.wait4(pid, 0)
            self.assertEqual(status, 0)
            sizes.append(used.ru_maxrss)
        print(f"# largest resident size {sizes[0]} kB after 50 roams, {sizes[1]} kB after 250")
        if os.environ.get("MLOSIM_SANITIZED") != "1":
            self.assertLess(sizes[1] - sizes[0], 1500)


if __name__ == "__main__":
    tap.main()
