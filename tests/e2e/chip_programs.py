#!/usr/bin/env python3
"""Stock wpa_supplicant on a radio with the MT7925: plain and multi-link connections, data, roams, and what known defects of the chip's
driver and firmware do to it."""
import pathlib
import subprocess
import sys
import time
import unittest

from harness import hostap, programs, tap
from harness.hostap import Station
from harness.world import PATIENCE, World

HERE = pathlib.Path(__file__).resolve().parent
PASSWORD = "12345678"
LINKS = [{"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36}, {"band": "6 GHz", "channel": 37}]
FREQUENCIES = [2437, 5180, 6135]
UPPER = FREQUENCIES[1:]
SAE = {"key_mgmt": "SAE", "sae_password": f'"{PASSWORD}"', "ieee80211w": 2}
PSK = {"key_mgmt": "WPA-PSK", "psk": f'"{PASSWORD}"'}
OWE = {"key_mgmt": "OWE", "ieee80211w": 2}
NETWORKS = [
    ("plain2", "wpa2", {"links": LINKS[:1]}), ("plain3", "wpa3", {"links": LINKS[1:2]}), ("open", "open", {"links": LINKS[:1]}),
    ("two", "wpa3", {"links": LINKS[1:]}), ("mixed", "wpa3", {"links": LINKS[:2]}), ("owe", "owe", {"links": LINKS[1:]}),
    ("west", "wpa3", {"links": LINKS[1:], "ssid": "roam"}), ("east", "wpa3", {"links": LINKS[1:], "ssid": "roam"}),
]
STATION = "sta0"


def world(faults, steps):
    radios = [{"name": name, "channels": 3, "interfaces": [{"name": name, "type": "ap"}]} for name, _, _ in NETWORKS]
    radios.append({"name": "sta", "chip": "mt7925", "interfaces": [{"name": STATION}]})
    networks = [{"name": name, "radio": name, "ssid": name, "security": security,
                 **({"password": PASSWORD} if security.startswith("wpa") else {}), **more} for name, security, more in NETWORKS]
    return World({"clock": "real", "seed": 1, "regulatory": {"country": "DE"}, "radios": radios, "networks": networks,
                  "faults": [{"radio": "sta", "rule": fault} for fault in faults],
                  "steps": steps})


class OnAChip(unittest.TestCase):
    faults = ()
    steps = ()

    def setUp(self):
        self.world = world(self.faults, list(self.steps))
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)
        self.addresses = {w["ifname"]: w["address"] for w in self.world.ctl_json("wdevs") if "ifname" in w}

    def station(self, release=hostap.debian_sid):
        station = Station(self.world, release(), STATION, {"sae_pwe": 2, "p2p_disabled": 1})
        station.__enter__()
        self.addCleanup(station.__exit__, None, None, None)
        return station

    @staticmethod
    def connect(station, name, network, frequencies=FREQUENCIES):
        allowed = " ".join(map(str, frequencies))
        station.connect(ssid=f'"{name}"', scan_freq=allowed, freq_list=allowed, **network)
        station.wait_connected()

    def passes_data(self, one):
        outcome = subprocess.run(self.world.command(sys.executable, "-m", "harness.frames", one, STATION, "1"), cwd=HERE,
                                 env=self.world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def counts(self):
        return {row["count"]: int(row["value"]) for row in self.world.ctl_json("chip", "sta")}

    def wait_for(self, what, condition, seconds=PATIENCE):
        deadline = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > deadline:
                self.fail(f"{what}: {self.counts()}\n{self.world.ctl('dmesg').out[-2000:]}")
            time.sleep(0.02)

    def in_use(self, wcids, bss_indexes):
        self.wait_for(f"{wcids} WCIDs and {bss_indexes} BSS indexes",
                      lambda: (self.counts()["wcids"], self.counts()["bss_indexes"]) == (wcids, bss_indexes))

    def is_sound(self):
        counts = self.counts()
        self.assertEqual({name: counts[name] for name in ("oopses", "warnings", "violations", "refused_commands", "malformed_commands", "timeouts")},
                         {"oopses": 0, "warnings": 0, "violations": 0, "refused_commands": 0, "malformed_commands": 0, "timeouts": 0})
        # What was said last the firmware works on for some milliseconds.
        self.wait_for("tables that agree", lambda: not any("differs" in row for row in self.world.ctl_json("chip", "sta", "wcid")))

    def dmesg(self):
        return self.world.ctl("dmesg", "sta").out


class Connections(OnAChip):
    def plain(self, release, name, network, frequency):
        station = self.station(release)
        self.connect(station, name, network, [frequency])
        self.passes_data(name)
        self.in_use(1, 1)
        station.control.request("DISCONNECT")
        station.control.wait("CTRL-EVENT-DISCONNECTED")
        self.in_use(0, 1)
        self.is_sound()

    def test_wpa2_with_2_10(self):
        self.plain(hostap.debian_12, "plain2", PSK, 2437)

    def test_sae_with_2_10(self):
        self.plain(hostap.debian_12, "plain3", SAE, 5180)

    def test_open_with_2_11(self):
        self.plain(hostap.debian_sid, "open", {"key_mgmt": "NONE"}, 2437)

    def test_wpa2_with_2_11(self):
        self.plain(hostap.debian_sid, "plain2", PSK, 2437)

    def test_sae_with_2_11(self):
        self.plain(hostap.debian_sid, "plain3", SAE, 5180)

    def multi_link(self, name, network, frequencies):
        station = self.station()
        self.connect(station, name, network, frequencies)
        self.in_use(2, 2)
        link = self.world.run(programs.sid("iw"), "dev", STATION, "link").out
        self.assertIn(f"Connected to {self.addresses[name]}", link)
        for i, frequency in enumerate(frequencies):
            self.assertIn(f"Link {i} BSSID", link)
            self.assertIn(f"freq: {frequency}.0", link)
        self.passes_data(name)
        station.control.request("DISCONNECT")
        station.control.wait("CTRL-EVENT-DISCONNECTED")
        self.in_use(0, 1)
        self.is_sound()

    def test_sae_on_5_and_6_ghz(self):
        self.multi_link("two", SAE, UPPER)

    def test_sae_on_2_4_and_5_ghz(self):
        self.multi_link("mixed", SAE, FREQUENCIES[:2])

    def test_owe_on_5_and_6_ghz(self):
        self.multi_link("owe", OWE, UPPER)

    def test_a_roam_between_ap_mlds_takes_down_old_links_and_adds_new_ones(self):
        station = self.station()
        self.connect(station, "roam", SAE, UPPER)
        self.in_use(2, 2)
        for _ in range(3):
            here = station.status()["ap_mld_addr"]
            there = "east" if here == self.addresses["west"] else "west"
            other = self.addresses[there]
            bsses = [line.split("\t") for line in station.control.request("SCAN_RESULTS").splitlines()[1:]]
            target = next(b[0] for b in bsses if self.belongs(station, b[0], other))
            self.assertEqual(station.control.request("ROAM " + target), "OK")
            station.control.wait("CTRL-EVENT-CONNECTED")
            self.assertEqual(station.status()["ap_mld_addr"], other)
            self.in_use(2, 2)
            self.passes_data(there)
        self.is_sound()

    @staticmethod
    def belongs(station, bssid, mld):
        return station.control.facts("BSS " + bssid).get("ap_mld_addr") == mld


class KeyRemoval(OnAChip):
    """B6."""
    faults = ("B6",)

    def test_keys_of_links_that_are_gone_are_complained_of(self):
        station = self.station()
        self.connect(station, "two", SAE, UPPER)
        self.in_use(2, 2)
        station.control.request("DISCONNECT")
        station.control.wait("CTRL-EVENT-DISCONNECTED")
        self.wait_for("complaints", lambda: "failed to remove key (1, ff:ff:ff:ff:ff:ff) from hardware (-22)" in self.dmesg())


class BssIndexLeak(OnAChip):
    """B9: after three links in vain there is never a second one again."""
    faults = ("B9",)

    def test_three_links_in_vain_and_no_second_one_ever_again(self):
        station = self.station()
        for leaked in range(1, 4):
            self.world.ctl("faults", "add", "sta", "no_grant", "roc=mlo_aa", "times=1")
            self.connect(station, "two", SAE, UPPER)
            time.sleep(4.5)  # the driver waits four seconds for its channel
            station.control.request("REMOVE_NETWORK all")
            station.control.wait("CTRL-EVENT-DISCONNECTED")
            self.wait_for("a leak", lambda: self.counts()["bss_indexes"] == 1 + leaked)
        self.connect(station, "two", SAE, UPPER)
        self.passes_data("two")
        time.sleep(1)
        self.assertEqual(self.counts()["bss_indexes"], 4)
        self.assertEqual(self.counts()["wcids"], 1, "one link alone")


class FirmwareStall(OnAChip):
    """B10: the firmware takes no more commands when the station comes to 6 GHz again."""
    faults = ("B10",)

    def test_one_reset_and_a_new_connection(self):
        station = self.station()
        self.connect(station, "roam", SAE, UPPER)
        self.in_use(2, 2)
        here = station.status()["ap_mld_addr"]
        other = next(self.addresses[n] for n in ("west", "east") if self.addresses[n] != here)
        bsses = [line.split("\t")[0] for line in station.control.request("SCAN_RESULTS").splitlines()[1:]]
        target = next(b for b in bsses if Connections.belongs(station, b, other))
        self.assertEqual(station.control.request("ROAM " + target), "OK")
        self.wait_for("a timeout", lambda: "Message 000200" in self.dmesg() and "timeout" in self.dmesg(), 20)
        self.wait_for("a reset", lambda: self.counts()["resets"] == 1, 20)
        self.wait_for("a new connection", lambda: station.status().get("wpa_state") == "COMPLETED", 30)
        self.in_use(2, 2)
        self.assertEqual(self.counts()["resets"], 1)
        self.assertEqual(self.counts()["oopses"], 0)


class LinkGone(OnAChip):
    """B1: a link goes while the driver, which has just been reset, walks over what it had."""
    faults = ("B1",)
    # As in scenarios/mt7925/b01-link-gone.json.
    steps = ({"at": "8 s", "remove_ap_link": {"network": "two", "link_id": 1, "beacons": 40}},
             {"at": "9.02 s", "fault": {"radio": "sta", "rule": "coredump cid=SCAN_REQ times=1"}},
             {"after": "0 s", "scan": {"radio": "sta"}})

    def test_an_oops_is_a_line_and_a_dead_radio(self):
        station = self.station()
        self.connect(station, "two", SAE, UPPER)
        self.in_use(2, 2)
        self.wait_for("an oops", lambda: "BUG: kernel NULL pointer dereference" in self.dmesg(), 25)
        self.assertEqual(self.counts()["oopses"], 1)


if __name__ == "__main__":
    tap.main()
