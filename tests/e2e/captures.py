#!/usr/bin/env python3
"""--pcap and --nlpcap: what tshark says to the files, and what is in them after a bad end."""
import json
import pathlib
import re
import shutil
import signal
import tempfile
import time
import unittest

from harness import hostap, mld_air, programs, tap
from harness.world import PATIENCE, World, mlosimd, radios, run


LAST_HASH = re.compile(r"trace_hash=([0-9a-f]{16})")


def tshark(file, *options):
    """Lines of output. A complaint of tshark's is a failure."""
    outcome = run([programs.system("tshark"), "-n", "-r", str(file), *options], timeout=PATIENCE * 2)
    complaints = [line for line in outcome.err.splitlines() if "Running as user" not in line]
    if outcome.code != 0 or complaints:
        raise AssertionError(f"tshark {options}: {outcome}")
    return outcome.out.splitlines()


def fields(file, *names, where=None):
    asked = [option for name in names for option in ("-e", name)]
    return [line.split("\t") for line in tshark(file, *(["-Y", where] if where else []), "-T", "fields", *asked)]


class Files(unittest.TestCase):
    def setUp(self):
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="mlosim-captures-"))
        self.addCleanup(shutil.rmtree, self.directory, ignore_errors=True)
        self.air = self.directory / "air.pcapng"
        self.netlink = self.directory / "netlink.pcapng"


class Air(Files):
    def run_shipped(self, name, *options):
        outcome = mlosimd("--scenario", programs.SOURCE / "scenarios" / name, "--no-socket", "--clock", "virtual",
                          "--pcap", self.air, *options, timeout=PATIENCE * 4)
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        return outcome

    def test_tshark_reads_every_generation_without_a_complaint(self):
        self.run_shipped("generations.json")
        packets = fields(self.air, "frame.interface_name", "radiotap.channel.freq", "radiotap.mactime", "frame.time_epoch")
        self.assertGreater(len(packets), 100)
        errors = [line[0] for line in fields(self.air, "_ws.expert.message", where="_ws.expert.severity >= error")]
        # Debian 12's tshark does not know the Transmit Power Envelope of 320 MHz.
        self.assertEqual([e for e in errors if not e.startswith("VHT TX PWR Envelope IE length 6 wrong")], [])
        for _, _, mactime, epoch in packets:
            self.assertEqual(int(mactime), int(epoch.replace(".", "")) // 1000)

    def test_tshark_reads_a_multi_link_connection_without_a_complaint(self):
        links = [{"band": "2.4 GHz", "channel": 1}, {"band": "5 GHz", "channel": 36}, {"band": "6 GHz", "channel": 5}]
        world = {"clock": "virtual", "regulatory": "DE", "radios": [{"name": name, "channels": 3} for name in ("r0", "r1")],
                 "networks": [{"name": "home", "radio": "r0", "ssid": "home", "links": links}],
                 "stations": [{"name": "s", "radio": "r1", "ssid": "home"}],
                 "expect": [{"within": "20 s", "station": {"name": "s"}}]}
        file = self.directory / "world.json"
        file.write_text(json.dumps(world))
        outcome = mlosimd("--scenario", file, "--no-socket", "--pcap", self.air)
        self.assertEqual(outcome.code, 0, outcome)
        self.assertEqual(fields(self.air, "_ws.expert.message", where="_ws.expert.severity >= error"), [])
        # Element 107 is the Multi-Link element.
        for subtype in (0, 1):
            with self.subTest(subtype):
                frames = fields(self.air, "wlan.ext_tag.number", where=f"wlan.fc.type_subtype == {subtype}")
                self.assertEqual(len(frames), 1)
                self.assertIn("107", frames[0][0].split(","))

    def test_every_frame_is_there_once(self):
        world = {"clock": "virtual", "radios": radios(3),
                 "networks": [{"name": "n", "radio": "r0", "ssid": "once", "links": [{"band": "2.4 GHz", "channel": 6}]}],
                 "steps": [{"at": "1 s", "up": {"radio": "r1"}}, {"at": "1 s", "up": {"radio": "r2"}}],
                 "expect": [{"at": "3 s", "counter": {"name": "transmitted", "value": {"at_least": 25}}}]}
        file = self.directory / "world.json"
        file.write_text(json.dumps(world))
        outcome = mlosimd("--scenario", file, "--no-socket", "--pcap", self.air)
        self.assertEqual(outcome.code, 0, outcome)
        beacons = fields(self.air, "frame.interface_name", "wlan.fixed.timestamp", where="wlan.fc.type_subtype == 8")
        self.assertGreaterEqual(len(beacons), 25)
        self.assertEqual(len({timestamp for _, timestamp in beacons}), len(beacons))
        self.assertEqual({name for name, _ in beacons}, {"r0"})

    def test_the_same_seed_gives_the_same_bytes(self):
        self.run_shipped("roam-6g.json", "--seed", "5")
        first = self.air.read_bytes()
        self.run_shipped("roam-6g.json", "--seed", "5")
        self.assertEqual(self.air.read_bytes(), first)

    def test_watching_changes_nothing(self):
        command = ["--scenario", programs.SOURCE / "scenarios/roam-6g.json", "--no-socket"]
        hashes = [LAST_HASH.search(mlosimd(*command, *more).out).group(1)
                  for more in ([], ["--pcap", self.air, "--nlpcap", self.netlink])]
        self.assertEqual(*hashes)

    def test_a_killed_daemon_leaves_whole_packets(self):
        world = {"clock": "real", "radios": radios(1),
                 "networks": [{"name": "n", "radio": "r0", "ssid": "killed", "links": [{"band": "2.4 GHz", "channel": 6}]}]}
        for end in (signal.SIGKILL, signal.SIGTERM):
            with self.subTest(end):
                with World(world, "--pcap", self.air) as running:
                    time.sleep(1.5)
                    seen_while_it_ran = len(tshark(self.air))
                    running.process.send_signal(end)
                    running.process.wait(PATIENCE)
                    if end == signal.SIGKILL:
                        running.process = None
                        running.code = 0
                self.assertGreater(seen_while_it_ran, 5, "the file grows as the run goes")
                self.assertGreaterEqual(len(tshark(self.air)), seen_while_it_ran)

    def test_a_full_disk_ends_the_file_and_not_the_run(self):
        for option, name in (("--pcap", "capture"), ("--nlpcap", "netlink capture")):
            outcome = mlosimd("--scenario", programs.SOURCE / "scenarios/roam-6g.json", "--no-socket", option, "/dev/full")
            self.assertEqual(outcome.code, 3, outcome)
            self.assertRegex(outcome.err, rf"mlosimd: the {name} /dev/full is not complete: No space left on device; "
                                          r"\d+ blocks are missing at its end\n")
            self.assertIn("trace_hash=", outcome.out.splitlines()[-1], "the run came to its end")


HOSTAPD = """interface=wlan0
driver=nl80211
ssid=capture
hw_mode=g
channel=1
wpa=2
wpa_key_mgmt=WPA-PSK
rsn_pairwise=CCMP
wpa_passphrase=behind the glass
"""
SUPPLICANT = """network={
    ssid="capture"
    psk="behind the glass"
    key_mgmt=WPA-PSK
    scan_freq=2412
}
"""
# A broadcast ARP request through a packet socket.
SEND_ARP = """import socket, sys
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
s.bind((sys.argv[1], 0x0806))
me = s.getsockname()[4]
s.send(bytes(6 * [255]) + me + bytes.fromhex("08060001080006040001") + me + bytes([10, 0, 0, 2]) + bytes(6) + bytes([10, 0, 0, 1]))
"""


class Secrets(Files):
    def wait_for(self, program, text):
        """Lines of `program` until one contains `text`."""
        deadline = time.monotonic() + PATIENCE
        lines = []
        while time.monotonic() < deadline:
            line = program.stdout.readline().decode(errors="replace")
            if not line:
                break
            lines.append(line)
            if text in line:
                return
        self.fail(f"no {text!r} in\n{''.join(lines)}")

    def test_a_passphrase_decrypts_what_programs_sent(self):
        (self.directory / "hostapd.conf").write_text(HOSTAPD)
        (self.directory / "supplicant.conf").write_text(SUPPLICANT)
        with World({"clock": "real", "radios": radios(2)}, "--pcap", self.air) as world:
            hostapd = world.start(programs.system("hostapd"), self.directory / "hostapd.conf")
            self.addCleanup(hostapd.stdout.close)
            self.wait_for(hostapd, "AP-ENABLED")
            supplicant = world.start(programs.system("wpa_supplicant"), "-iwlan1", "-Dnl80211",
                                     "-c", self.directory / "supplicant.conf")
            self.addCleanup(supplicant.stdout.close)
            self.wait_for(supplicant, "CTRL-EVENT-CONNECTED")
            for device in ("wlan1", "wlan0"):
                sent = world.run("python3", "-c", SEND_ARP, device)
                self.assertEqual(sent.code, 0, sent)
            time.sleep(0.5)
            for program in (supplicant, hostapd):
                program.terminate()
                program.wait(PATIENCE)
        self.assertEqual(fields(self.air, "frame.number", where="arp"), [], "it is really encrypted")
        keys = ["-o", "wlan.enable_decryption:TRUE", "-o", 'uat:80211_keys:"wpa-pwd","behind the glass:capture"']
        found = tshark(self.air, *keys, "-Y", "arp", "-T", "fields", "-e", "wlan.ta", "-e", "arp.src.proto_ipv4")
        self.assertGreaterEqual(len({line.split("\t")[0] for line in found}), 2, "both directions")


    def test_an_mlds_frames_open_link_by_link(self):
        """tshark derives no keys for MLDs, so a reader of the tests' own does, from wpa_supplicant's PMK."""
        links = [{"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36}, {"band": "6 GHz", "channel": 37}]
        frequencies = {0: 2437, 1: 5180, 2: 6135}
        world = {"clock": "real", "regulatory": {"country": "DE"},
                 "radios": [{"name": "ap0", "channels": 3, "interfaces": [{"name": "ap0", "type": "ap"}]},
                            {"name": "sta0", "channels": 3, "interfaces": [{"name": "sta0"}]}],
                 "networks": [{"name": "home", "radio": "ap0", "ssid": "home", "security": "wpa3", "password": "behind the glass",
                               "links": links}],
                 "steps": [{"at": "4 s", "rekey": {"network": "home"}}]}
        with World(world, "--pcap", self.air) as running:
            with hostap.Station(running, hostap.debian_sid(), "sta0", {"sae_pwe": 2, "p2p_disabled": 1}) as station:
                allowed = " ".join(map(str, frequencies.values()))
                station.connect(ssid='"home"', key_mgmt="SAE", sae_password='"behind the glass"', ieee80211w=2, scan_freq=allowed)
                station.wait_connected()
                for count in (1, 2):
                    sent = running.run("python3", pathlib.Path(mld_air.__file__).with_name("frames.py"), "ap0", "sta0", "3")
                    self.assertEqual(sent.out, "through\n", sent)
                    if count == 1:
                        station.control.wait("MLO RSN: Group rekeying completed")
                pmk = bytes.fromhex(re.search(r"SAE: PMK - hexdump\(len=32\): ([0-9a-f ]+)", station.output()).group(1))
        self.assertEqual(fields(self.air, "_ws.expert.message", where="_ws.expert.severity >= error"), [])
        opened, closed = mld_air.opened_frames(self.air, pmk)
        self.assertEqual(closed, [], "every protected data frame opens")
        for frequency, frame in opened:
            self.assertEqual(frequency, frequencies[frame.link_id], "on the air of the link whose addresses it has")
        seen = {(f.direction, f.kind, f.link_id) for _, f in opened}
        everywhere = {(direction, kind, link) for direction, kind in (("down", "pairwise"), ("up", "pairwise"), ("down", "group"))
                      for link in frequencies}
        self.assertEqual(seen, everywhere, "both directions and the group's frames, on each link")
        for direction in ("down", "up"):
            numbers = [f.packet_number for _, f in opened if (f.direction, f.kind) == (direction, "pairwise")]
            self.assertEqual(len(set(numbers)), len(numbers), "one packet number space over all links")


class Netlink(Files):
    def test_tshark_knows_every_request_answer_and_event(self):
        world = {"clock": "real", "radios": radios(1)}
        with World(world, "--nlpcap", self.netlink) as running:
            listener = running.start("iw", "event")
            time.sleep(0.3)
            self.assertEqual(running.run("ip", "link", "set", "wlan0", "up").code, 0)
            self.assertEqual(running.run("iw", "wlan0", "scan", "freq", "2412").code, 0)
            self.assertEqual(running.run("iw", "dev").code, 0)
            listener.terminate()
            listener.communicate()
        packets = fields(self.netlink, "frame.number", "netlink.family", "genl.family_id", "nl80211.cmd")
        self.assertGreater(len(packets), 20)
        self.assertEqual({packet[1] for packet in packets}, {"0x0000", "0x0010"})
        self.assertEqual(fields(self.netlink, "frame.number", where="_ws.malformed"), [])
        # The kernel's end of a datagram is inbound; an event goes to each listener.
        directions = {direction for (direction,) in fields(self.netlink, "frame.packet_flags_direction")}
        self.assertEqual(directions, {"0x00000001", "0x00000002"})


if __name__ == "__main__":
    tap.main()
