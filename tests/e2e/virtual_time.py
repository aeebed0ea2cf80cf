#!/usr/bin/env python3
"""Stock hostapd and wpa_supplicant in virtual time, steered by a script that lives there too: they connect, every run is the
same run, and takes a fraction of the time. A program that is stopped, killed or busy.

MLOSIM_RUNS: how often a scene is run to be compared with itself, 3 unless told."""
import hashlib
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest

from harness import hostap, tap
from harness.hostap import AccessPoint, Station
from harness.inside import Inside
from harness.world import PATIENCE, World

RUNS = int(os.environ.get("MLOSIM_RUNS", "3"))
SANITIZED = os.environ.get("MLOSIM_SANITIZED") == "1"
PASSWORD = "12345678"
RECORDS = ("trace", "pcap", "nlpcap")
RELEASES = {"2.10": hostap.debian_12, "2.11": hostap.debian_sid}


def world_of(count, **more):
    return {"clock": "virtual", "seed": 11, "deterministic_entropy": True, "regulatory": {"country": "US", "database": "embedded"},
            "radios": [{"name": f"r{i}", "channels": 1, "multi_link": False} for i in range(count)], **more}


TWO_LINKS = {"clock": "virtual", "seed": 11, "deterministic_entropy": True, "regulatory": {"country": "DE", "database": "embedded"},
             "radios": [{"name": "ap", "channels": 3, "interfaces": [{"name": "ap", "type": "ap"}]},
                        {"name": "sta", "channels": 3, "interfaces": [{"name": "wlan1"}]}],
             "networks": [{"name": "ap", "radio": "ap", "ssid": "home", "security": "wpa3", "password": PASSWORD,
                           "links": [{"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36}]}]}


# ---- Scenes: what a script does inside ----

WPA2 = ({"wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "WPA-PSK", "wpa_passphrase": PASSWORD},
        {"psk": f'"{PASSWORD}"', "key_mgmt": "WPA-PSK"}, {})
SAE = ({"wpa": 2, "rsn_pairwise": "CCMP", "wpa_key_mgmt": "SAE", "sae_password": PASSWORD, "ieee80211w": 2, "sae_pwe": 1},
       {"sae_password": f'"{PASSWORD}"', "key_mgmt": "SAE", "ieee80211w": 2}, {"sae_pwe": 1})


def say(text):
    print(f"{text} at {time.monotonic():.6f}", flush=True)


def connection(kind, release, ap_interface="wlan0", interface="wlan1", channel=6):
    of_ap, of_network, of_station = kind
    world, release = Inside(), RELEASES[release]()
    settings = {"ssid": interface, "hw_mode": "g", "channel": channel, "country_code": "US", **of_ap}
    ap = AccessPoint(world, release, ap_interface, settings)
    station = Station(world, release, interface, {"country": "US", **of_station})
    station.connect(ssid=f'"{interface}"', scan_freq=2407 + 5 * channel, **of_network)
    return ap, station


def one_connection(kind, release, seconds):
    say("begins")
    ap, station = connection(kind, release)
    with ap, station:
        station.wait_connected()
        say("connected")
        time.sleep(float(seconds))
        say("state " + station.status()["wpa_state"])
    say("over")


def wpa2(release="2.10", seconds="30"):
    one_connection(WPA2, release, seconds)


def sae(release="2.10", seconds="30"):
    one_connection(SAE, release, seconds)


def both_releases():
    """Two hostapds and two wpa_supplicants of either release in one world; both stations leave and come back."""
    pairs = [connection(WPA2, "2.10"), connection(SAE, "2.11", "wlan2", "wlan3", 11)]
    for _, station in pairs:
        station.wait_connected()
    say("connected")
    for _, station in pairs:
        station.control.request("DISCONNECT")
        station.control.wait("CTRL-EVENT-DISCONNECTED")
        time.sleep(1)
        station.control.request("RECONNECT")
    for _, station in pairs:
        station.wait_connected()
    say("again")
    time.sleep(20)
    for ap, station in pairs:
        say("state " + station.status()["wpa_state"])
        station.stop()
        ap.stop()
    say("over")


def two_links(seconds="30"):
    say("begins")
    with Station(Inside(), hostap.debian_sid(), "wlan1", {"sae_pwe": 2, "p2p_disabled": 1}) as station:
        station.connect(ssid='"home"', scan_freq="2437 5180", freq_list="2437 5180", key_mgmt="SAE",
                        sae_password=f'"{PASSWORD}"', ieee80211w=2)
        station.wait_connected()
        links = [line for line in station.control.request("MLO_STATUS").splitlines() if line.startswith("link_id=")]
        say(f"connected with {len(links)} links")
        time.sleep(float(seconds))
        say("state " + station.status()["wpa_state"])
    say("over")


def busy():
    say("begins")
    os.write(1, b"computes\n")
    deadline = os.times().elapsed + 1.5  # which stays the machine's
    while os.times().elapsed < deadline:
        pass
    say("over")


def stopped():
    say("begins")
    os.kill(os.getpid(), signal.SIGSTOP)
    say("over")


def killed():
    """One that is killed in the middle of its wait, by one that waits for its end."""
    victim = Inside().start(sys.executable, "-c", "import time; time.sleep(1000)")
    time.sleep(10)
    victim.kill()
    say(f"ended with {victim.wait()}")


SCENES = {scene.__name__: scene for scene in (wpa2, sae, both_releases, two_links, busy, stopped, killed)}


# ---- From outside ----

class Run:
    """One run of a scene: what it said, and when by the wall's clock, and what was recorded."""

    def __init__(self, scenario, scene, *arguments, options=(), meanwhile=None):
        with tempfile.TemporaryDirectory(prefix="mlosim-") as place:
            records = {name: pathlib.Path(place, name) for name in RECORDS}
            flags = [flag for name, path in records.items() for flag in ("--" + name, path)]
            with World(scenario, *flags, *options) as world:
                process = world.start(sys.executable, __file__, scene, *arguments, stderr=subprocess.STDOUT, text=True)
                helper = threading.Thread(target=meanwhile or (lambda world, process: None), args=(world, process))
                helper.start()
                self.lines, self.walls = [], []
                for line in process.stdout:
                    self.lines.append(line.rstrip("\n"))
                    self.walls.append(time.monotonic())
                self.code = process.wait(PATIENCE)
                helper.join()
                self.log = world.output()
            self.records = {name: path.read_bytes() for name, path in records.items()}

    def hashes(self):
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.records.items()} | {"said": self.lines}

    def wall(self, first, last):
        """Seconds of the wall's between two lines."""
        at = [next(wall for line, wall in zip(self.lines, self.walls) if line.startswith(begin)) for begin in (first, last)]
        return at[1] - at[0]


class Load:
    """Other processes want the processors, all of them and more."""

    def __enter__(self):
        self.processes = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * os.cpu_count())]

    def __exit__(self, *_):
        for process in self.processes:
            process.kill()
            process.wait()


class VirtualTime(unittest.TestCase):
    def play(self, scenario, scene, *arguments, **more):
        run = Run(scenario, scene, *arguments, **more)
        self.assertEqual(run.code, 0, "\n".join(run.lines[-40:]) + run.log[-4000:])
        return run

    def repeats(self, scenario, scene, *arguments):
        """Every run, on a quiet and on a busy machine, is the first one again."""
        first = self.play(scenario, scene, *arguments)
        self.assertTrue(first.lines[-1].startswith("over"), first.lines)
        self.assertGreater(len(first.records["trace"]), 1000)
        for i in range(1, RUNS):
            if i % 2:
                with Load():
                    again = self.play(scenario, scene, *arguments)
            else:
                again = self.play(scenario, scene, *arguments)
            self.assertEqual(again.hashes(), first.hashes(), f"run {i}")
        print(f"# {scene}: {RUNS} of {RUNS} the same: trace {first.hashes()['trace'][:16]}, pcap, nlpcap and what was said", flush=True)
        return first

    def compare_with_real_time(self, scenario, scene, *arguments):
        virtual = self.play(scenario, scene, *arguments)
        real = self.play({**scenario, "clock": "real"}, scene, *arguments)
        walls = [run.wall("begins", "state") for run in (virtual, real)]
        starts = [run.wall("begins", "connected") for run in (virtual, real)]
        print(f"# {scene} {' '.join(arguments)}: {walls[0]:.3f} s in virtual time, {walls[1]:.3f} s in real time; "
              f"start of both programs and connection alone: {starts[0]:.3f} s, {starts[1]:.3f} s", flush=True)
        self.assertLess(walls[0] * (3 if SANITIZED else 10), walls[1])

    def test_wpa2_repeats(self):
        run = self.repeats(world_of(2), "wpa2")
        self.assertIn("state COMPLETED", " ".join(run.lines))

    def test_sae_repeats_with_both_releases_in_one_world(self):
        run = self.repeats(world_of(4), "both_releases")
        self.assertEqual(" ".join(run.lines).count("state COMPLETED"), 2)

    def test_two_links_repeat(self):
        run = self.repeats(TWO_LINKS, "two_links")
        self.assertIn("connected with 2 links", " ".join(run.lines))

    def test_another_seed_is_another_run(self):
        one, other = (self.play({**world_of(2), "seed": seed}, "sae") for seed in (1, 2))
        self.assertNotEqual(one.hashes()["pcap"], other.hashes()["pcap"])

    def test_takes_a_fraction_of_real_time(self):
        for release in RELEASES:
            self.compare_with_real_time(world_of(2), "wpa2", release, "5")
            self.compare_with_real_time(world_of(2), "sae", release, "5")
        self.compare_with_real_time(TWO_LINKS, "two_links", "5")

    def test_a_minute_takes_less_than_two_seconds(self):
        run = self.play(TWO_LINKS, "two_links", "60")
        wall = run.wall("begins", "state")
        print(f"# sixty seconds with one wpa_supplicant: {wall:.3f} s", flush=True)
        self.assertLess(wall, 2)

    def test_a_busy_program_is_named(self):
        run = self.play(world_of(1), "busy", options=["--stall-patience", "0.5"])
        warnings = [line for line in run.log.splitlines() if "warning" in line]
        self.assertEqual(len(warnings), 1, run.log)
        self.assertRegex(warnings[0], r"python3.* \(pid \d+\) is busy or stopped, and does not give the turn back; "
                                      r"the world's time has stood still at 0\.\d+ s for 0\.5 s")

    def test_a_stopped_program_stops_the_world_and_goes_on_with_it(self):
        def meanwhile(world, process):
            deadline = time.monotonic() + PATIENCE
            while "is busy or stopped" not in world.output() and time.monotonic() < deadline:
                time.sleep(0.02)
            before = world.ctl("time").out
            time.sleep(0.2)
            self.assertEqual(world.ctl("time").out, before)
            process.send_signal(signal.SIGCONT)

        run = self.play(world_of(1), "stopped", options=["--stall-patience", "0.3"], meanwhile=meanwhile)
        self.assertTrue(run.lines[-1].startswith("over"))

    def test_a_killed_program_is_seen_by_its_parent_at_once(self):
        run = self.play(world_of(1), "killed")
        self.assertRegex(run.lines[-1], r"ended with -9 at 1010\.\d+")
        self.assertNotIn("warning", run.log)


if __name__ == "__main__":
    if len(sys.argv) > 1 and sys.argv[1] in SCENES:
        SCENES[sys.argv[1]](*sys.argv[2:])
    else:
        tap.main()
