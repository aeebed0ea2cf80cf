#!/usr/bin/env python3
"""The unmodified mt7925e driver of a stock kernel in a virtual machine, against the emulated chip: one boot, of which each case looks at a
part. Needs what `scripts/real-driver setup` makes."""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

from harness import programs, tap

DATA = programs.SOURCE / "tests" / "data" / "real-driver"
GUEST = pathlib.Path(os.environ.get("MLOSIM_GUEST_DIR", programs.SOURCE / "build-guest"))
# Emulated processors, on machines that have more to do.
PATIENCE = 280
WEST, EAST = "02:00:00:00:ee:", "02:00:00:00:ff:"


def lines_without_number(text):
    """What `iw list` says, whichever number the wiphy has."""
    return [line.rstrip() for line in re.sub(r"(Wiphy phy|wiphy index: )\d+", r"\1N", text).splitlines()]


class Guest:
    """One boot and what it left."""

    def __init__(self, directory):
        self.directory = directory
        if not (GUEST / "initrd.img").exists():
            raise programs.Missing(f"{GUEST} has no guest: run scripts/real-driver setup")
        command = [programs.SOURCE / "scripts" / "real-driver", "run", "--scenario", DATA / "world.json", "--image", GUEST,
                   "--out", directory, "--timeout", str(PATIENCE), "--", "--pcap", directory / "air.pcapng"]
        self.run = subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=PATIENCE + 15,
                                  env=dict(os.environ, MLOSIM_BUILD=str(programs.BUILD)))
        self.trace = [json.loads(line) for line in (directory / "trace.jsonl").read_text().splitlines()]

    def text(self, name):
        path = self.directory / "linux" / name
        if not path.exists():
            raise AssertionError(f"the guest left no {name}:\n{self.run.stdout}{self.run.stderr}{self.console()}")
        return path.read_text()

    def has(self, name):
        return (self.directory / "linux" / name).exists()

    def console(self):
        path = self.directory / "linux.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def records(self, event):
        return [record for record in self.trace if record["ev"] == event]


class RealDriver(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        holder = tempfile.TemporaryDirectory(prefix="mlosim-guest-")
        cls.addClassCleanup(holder.cleanup)
        cls.guest = Guest(pathlib.Path(holder.name))

    def test_01_the_job_ends_as_it_should(self):
        self.assertEqual(self.guest.run.returncode, 0, self.guest.run.stdout + self.guest.run.stderr + self.guest.console())

    def test_02_the_driver_finds_the_chip_and_complains_of_nothing(self):
        dmesg = self.guest.text("dmesg.txt")
        self.assertIn("mt7925e 0000:00:04.0: ASIC revision: 79250000", dmesg)
        self.assertIn("WM Firmware Version: ____000000", dmesg)
        for bad in ("timeout", "WARNING:", "BUG:", "Oops", "chip reset", "failed to"):
            self.assertEqual([line for line in dmesg.splitlines() if bad in line and "mt7925" in line], [])
        self.assertNotIn("WARNING:", dmesg)

    def is_golden(self, name):
        self.assertEqual(lines_without_number(self.guest.text(name)), lines_without_number((DATA / name).read_text()))

    def test_03_iw_list_is_that_of_the_recorded_chip(self):
        self.is_golden("iw-list.world.txt")

    def test_04_iw_list_of_the_united_states_too(self):
        self.is_golden("iw-list.US.txt")

    def test_05_a_scan_sees_access_points_on_three_bands(self):
        scan = self.guest.text("scan.txt")
        for name, frequency in (("home-2", 2437), ("home-5", 5200), ("home-6", 5975), ("office", 5180)):
            self.assertTrue(any(f"SSID: {name}\n" in bss and f"freq: {frequency}" in bss for bss in scan.split("\nBSS ")),
                            f"{name} on {frequency} MHz: {scan}")

    def test_06_wpa3_connects_and_pings(self):
        self.assertIn("key_mgmt=SAE", self.guest.text("sae.status.txt"))
        self.assertIn("wpa_state=COMPLETED", self.guest.text("sae.status.txt"))
        self.assertTrue(self.guest.has("sae.answers"), self.guest.text("ping.txt"))

    def test_07_keys_are_in_the_chip(self):
        answers = self.answers_to_keys()
        self.assertGreaterEqual(len(answers), 4)
        self.assertEqual(set(answers), {0})

    def answers_to_keys(self):
        """The statuses with which the firmware answered each key that the driver gave it."""
        waiting, answers = set(), []
        for message in (record["message"] for record in self.guest.records("mt7925/mcu")):
            if any(tlv["name"] == "KEY_V3" and tlv["fields"]["add"] for tlv in message["tlvs"]):
                waiting.add(message["seq"])
            elif message["dir"] == "event" and message["seq"] in waiting:
                waiting.remove(message["seq"])
                answers.append(message["status"])
        self.assertEqual(waiting, set())
        return answers

    def links(self, name):
        return re.findall(r"Link (\d+) BSSID ([0-9a-f:]+)", self.guest.text(name))

    def test_08_two_links_with_an_ap_mld(self):
        self.assertIn("ap_mld_addr=" + WEST + "00", self.guest.text("west.status.txt"))
        self.assertEqual({bssid for _, bssid in self.links("west.link.txt")}, {WEST + "02", WEST + "05"})
        self.assertTrue(self.guest.has("west.answers"), self.guest.text("ping.txt"))

    def test_09_a_roam_to_an_ap_mld_on_6_ghz(self):
        self.assertIn("ap_mld_addr=" + EAST + "00", self.guest.text("east.status.txt"))
        self.assertEqual({bssid for _, bssid in self.links("east.link.txt")}, {EAST + "05", EAST + "06"})
        self.assertTrue(self.guest.has("east.answers"), self.guest.text("ping.txt"))

    def test_10_traffic_is_on_both_links(self):
        frames = subprocess.run([programs.system("tshark"), "-r", str(self.guest.directory / "air.pcapng"), "-Y", "wlan.fc.type == 2",
                                 "-T", "fields", "-e", "wlan.ra", "-e", "wlan.ta"], capture_output=True, text=True, timeout=60).stdout
        for link in (WEST + "02", WEST + "05", EAST + "05", EAST + "06"):
            self.assertRegex(frames, rf"(?m)^{link}\t", f"no data to {link}")

    def test_11_from_the_start_of_qemu_to_connected(self):
        started, = (record["t"] for record in self.guest.records("process/start"))
        booted, = (record["t"] for record in self.guest.records("process/ready"))
        connected = self.guest.records("agent/station-authorized")[0]["t"]
        print(f"# QEMU's start to the job {(booted - started) / 1e9:.1f} s, to connected {(connected - started) / 1e9:.1f} s")
        self.assertLess(started, booted)
        self.assertLess(booted, connected)


if __name__ == "__main__":
    tap.main()
