#!/usr/bin/env python3
"""The backend `tap`: simulated network devices that are the kernel's own. Runs in a network namespace of its own."""
import json
import os
import subprocess
import sys
import time
import unittest

from harness import programs, tap
from harness.world import Died, PATIENCE, World, radios, run

SCENARIOS = programs.SOURCE / "scenarios"
INSIDE = "MLOSIM_TEST_INSIDE_NAMESPACE"


def enter_a_namespace():
    """Starts this file again where it may make network devices: as root in a new namespace, else in one of the user's."""
    if os.environ.get(INSIDE):
        return
    try:
        os.close(os.open("/dev/net/tun", os.O_RDWR))
    except OSError as error:
        print(f"1..0 # SKIP /dev/net/tun: {os.strerror(error.errno)}")
        sys.exit(0)
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    if run(["unshare", *user, "--net", "true"]).code != 0:
        print("1..0 # SKIP this machine allows no network namespaces")
        sys.exit(0)
    os.environ[INSIDE] = "1"
    os.execvp("unshare", ["unshare", *user, "--net", sys.executable, *sys.argv])


def link(name, *before):
    """What the kernel's own ip says, outside the world; None: no such device."""
    said = run([*before, "ip", "-json", "link", "show", "dev", name])
    return json.loads(said.out)[0] if said.code == 0 else None


def eventually(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"never: {what}")
        time.sleep(0.01)


class Devices(unittest.TestCase):
    def setUp(self):
        self.world = World({"netdev": "tap", "radios": radios(2)})
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)

    def ip(self, *arguments):
        outcome = run(["ip", *arguments])
        self.assertEqual(outcome.code, 0, outcome)

    def iw(self, *arguments):
        outcome = self.world.run("iw", *arguments)
        self.assertEqual(outcome.code, 0, outcome)
        return outcome.out

    def test_each_simulated_device_is_a_device_of_the_kernel(self):
        wlan0 = link("wlan0")
        self.assertEqual((wlan0["address"], wlan0["link_type"]), ("02:00:00:00:00:00", "ether"))
        self.assertIn(f"ifindex {wlan0['ifindex']}", self.iw("dev", "wlan0", "info"))
        self.assertEqual(link("hwsim0")["link_type"], "ieee802.11/radiotap")

    def test_up_and_down_go_both_ways(self):
        self.ip("link", "set", "wlan0", "up")
        eventually(lambda: self.world.ctl_json("wdevs")[0]["state"] == "running", "the interface runs")
        self.ip("link", "set", "wlan0", "down")
        eventually(lambda: self.world.ctl_json("wdevs")[0]["state"] == "down", "the interface stops")

    def test_a_station_without_a_network_has_no_carrier(self):
        self.ip("link", "set", "wlan0", "up")
        eventually(lambda: "NO-CARRIER" in link("wlan0")["flags"], "no carrier")

    def test_names_and_addresses_follow(self):
        self.ip("link", "set", "wlan1", "name", "radio7")
        self.ip("link", "set", "radio7", "address", "02:00:00:00:00:77")
        eventually(lambda: "addr 02:00:00:00:00:77" in self.world.run("iw", "dev", "radio7", "info").out, "the new address")

    def test_interfaces_come_and_go_with_nl80211(self):
        self.iw("dev", "wlan1", "interface", "add", "mon0", "type", "monitor")
        self.assertEqual(link("mon0")["link_type"], "ieee802.11/radiotap")
        self.iw("dev", "mon0", "del")
        self.assertIsNone(link("mon0"))

    def test_an_interface_that_becomes_a_monitor_changes_its_link_type(self):
        self.iw("dev", "wlan1", "set", "type", "monitor")
        self.ip("link", "set", "wlan1", "up")
        self.assertEqual(link("wlan1")["link_type"], "ieee802.11/radiotap")

    def test_one_that_was_deleted_comes_again(self):
        before = link("wlan0")["ifindex"]
        self.ip("link", "del", "wlan0")
        eventually(lambda: link("wlan0") is not None, "wlan0 is there again")
        self.assertEqual(link("wlan0")["ifindex"], before)
        self.assertIn("network device wlan0 was deleted", self.world.output())

    def test_one_that_moved_to_another_namespace_is_followed(self):
        elsewhere = subprocess.Popen(["unshare", "--net", "sleep", "1000"])
        self.addCleanup(elsewhere.wait)
        self.addCleanup(elsewhere.kill)
        there = ["nsenter", "--net", "-t", str(elsewhere.pid)]
        eventually(lambda: os.readlink(f"/proc/{elsewhere.pid}/ns/net") != os.readlink("/proc/self/ns/net"), "a namespace")
        self.ip("link", "set", "wlan1", "netns", str(elsewhere.pid))
        self.assertEqual(run([*there, "ip", "link", "set", "wlan1", "up"]).code, 0)
        eventually(lambda: self.world.ctl_json("wdevs")[1]["state"] == "running", "the interface runs")


HOSTAPD = """interface=wlan0
driver=nl80211
ssid=over the air
hw_mode=g
channel=1
wmm_enabled=1
ieee80211n=1
wpa=2
wpa_key_mgmt=SAE
rsn_pairwise=CCMP
ieee80211w=2
sae_pwe=2
sae_password=a password
"""
WPA_SUPPLICANT = """sae_pwe=2
network={
    ssid="over the air"
    key_mgmt=SAE
    sae_password="a password"
    ieee80211w=2
    scan_freq=2412
}
"""
# One side of a conversation over UDP: `bind` answers the first datagram that comes in, `send` waits for that answer.
BIND = "import socket; s = socket.socket(2, 2); s.bind(('10.0.0.1', 99)); d, a = s.recvfrom(9000); s.sendto(d.upper(), a)"
SEND = ("import socket; s = socket.socket(2, 2); s.settimeout(1); s.bind(('10.0.0.2', 0));\n"
        "for i in range(20):\n"
        "    s.sendto(b'hello', ('10.0.0.1', 99))\n"
        "    try: print(s.recv(9000).decode()); break\n"
        "    except TimeoutError: pass\n")


class Data(unittest.TestCase):
    def test_ip_crosses_the_air_between_two_namespaces(self):
        world = World({"netdev": "tap", "radios": radios(2)})
        world.__enter__()
        self.addCleanup(world.__exit__, None, None, None)
        station_side = subprocess.Popen(["unshare", "--net", "sleep", "1000"])
        self.addCleanup(station_side.wait)
        self.addCleanup(station_side.kill)
        there = ["nsenter", "--net", "-t", str(station_side.pid)]
        eventually(lambda: os.readlink(f"/proc/{station_side.pid}/ns/net") != os.readlink("/proc/self/ns/net"), "a namespace")
        self.assertEqual(run(["ip", "link", "set", "wlan1", "netns", str(station_side.pid)]).code, 0)

        (world.directory / "ap.conf").write_text(HOSTAPD)
        (world.directory / "sta.conf").write_text(WPA_SUPPLICANT)
        self.start(world.command("hostapd", world.directory / "ap.conf"), world)
        self.start([*there, *world.command("wpa_supplicant", "-Dnl80211", "-iwlan1", f"-c{world.directory}/sta.conf")], world)
        for side, device, address in (([], "wlan0", "10.0.0.1"), (there, "wlan1", "10.0.0.2")):
            self.assertEqual(run([*side, "ip", "address", "add", f"{address}/24", "dev", device]).code, 0)
            eventually(lambda: link(device, *side)["operstate"] == "UP", f"{device} has a link")

        answering = subprocess.Popen([sys.executable, "-c", BIND])
        self.addCleanup(answering.wait)
        self.addCleanup(answering.kill)
        self.assertEqual(run([*there, sys.executable, "-c", SEND]).out, "HELLO\n")

    def start(self, command, world):
        log = open(world.directory / "programs.log", "a", encoding="utf-8")
        self.addCleanup(log.close)
        program = subprocess.Popen(command, env=world.environment(), stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.addCleanup(program.wait)
        self.addCleanup(program.terminate)


class Watching(unittest.TestCase):
    def test_tcpdump_sees_all_that_is_on_the_air_while_it_happens(self):
        channel = {"band": "2.4 GHz", "channel": 6}
        scene = {"netdev": "tap", "clock": "real", "radios": radios(2),
                 "networks": [{"name": "n", "radio": "r0", "ssid": "watched", "links": [channel]}],
                 "stations": [{"name": "s", "radio": "r1", "ssid": "watched", "channels": [channel], "start": "3 s"}]}
        with World(scene):
            self.assertEqual(run(["ip", "link", "set", "hwsim0", "up"]).code, 0)
            tcpdump = subprocess.Popen([programs.system("tcpdump"), "-i", "hwsim0", "-n", "-l", "-Z", "root"],
                                       stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            wanted = ["Beacon (watched)", "Probe Request (watched)", "Authentication", "Assoc Request (watched)", "Assoc Response",
                      "Acknowledgment"]
            seen = []
            deadline = time.monotonic() + PATIENCE
            while any(not any(text in line for line in seen) for text in wanted) and time.monotonic() < deadline:
                seen.append(tcpdump.stdout.readline())
            tcpdump.terminate()
            tcpdump.communicate()
        for text in wanted:
            self.assertTrue(any(text in line for line in seen), f"{text} in {seen}")


class Worlds(unittest.TestCase):
    def test_devices_go_with_their_world(self):
        with World({"netdev": "tap", "radios": radios(1)}):
            self.assertIsNotNone(link("wlan0"))
        self.assertIsNone(link("wlan0"))

    def test_devices_that_run_from_the_start_run_for_the_kernel_too(self):
        with World(SCENARIOS / "first-look.json", "--set", "/netdev=tap") as world:
            for name in ("wlan0", "wlan5"):
                eventually(lambda: "UP" in link(name)["flags"], f"{name} is up")
            self.assertNotIn("warning", world.output())

    def test_a_device_that_is_in_the_way_is_named(self):
        self.assertEqual(run(["ip", "tuntap", "add", "dev", "wlan0", "mode", "tap"]).code, 0)
        self.addCleanup(run, ["ip", "link", "del", "wlan0"])
        with self.assertRaisesRegex(Died, "ended with 3:(.|\n)*a network device wlan0 is there already"):
            World({"netdev": "tap", "radios": radios(1)}).__enter__()


if __name__ == "__main__":
    enter_a_namespace()
    tap.main()
