#!/usr/bin/env python3
"""Stock wpa_supplicant on built-in access points: as station MLD on one, two and three links of an AP MLD with SAE and OWE,
as a legacy client beside, with PSK and SAE on plain access points. What is wrong is refused, who left comes back."""
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
SAE = {"key_mgmt": "SAE", "sae_password": f'"{PASSWORD}"', "ieee80211w": 2}
PSK = {"key_mgmt": "WPA-PSK", "psk": f'"{PASSWORD}"'}
OWE = {"key_mgmt": "OWE", "ieee80211w": 2}
NETWORKS = [
    ("one", "wpa3", {"links": LINKS[:1], "mld": True}), ("two", "wpa3", {"links": LINKS[:2]}), ("three", "wpa3", {"links": LINKS}),
    ("owe", "owe", {"links": LINKS}), ("both", "wpa2-wpa3", {"links": LINKS[:2]}), ("plain2", "wpa2", {"links": LINKS[:1]}),
    ("plain3", "wpa3", {"links": LINKS[1:2]}), ("mixed", "wpa2-wpa3", {"links": LINKS[:1]}), ("open", "open", {"links": LINKS[1:2]}),
    ("rekey", "wpa3", {"links": LINKS, "group_rekey": "3 s", "pairwise_rekey": "2 s"}),
    ("west", "wpa3", {"links": LINKS, "ssid": "roam"}), ("east", "wpa3", {"links": LINKS[:2], "ssid": "roam"}),
]
STATION = "sta0"
OTHER = "sta1"


def world():
    radios = [{"name": name, "channels": 3, "interfaces": [{"name": name, "type": "ap"}]} for name, _, _ in NETWORKS]
    radios += [{"name": name, "channels": 3, "interfaces": [{"name": name}]} for name in (STATION, OTHER)]
    networks = [{"name": name, "radio": name, "ssid": name, "security": security,
                 **({"password": PASSWORD} if security.startswith("wpa") else {}), **more} for name, security, more in NETWORKS]
    return World({"clock": "real", "seed": 1, "regulatory": {"country": "DE"}, "radios": radios, "networks": networks})


class WithAWorld(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = world()
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.addresses = {w["ifname"]: w["address"] for w in cls.world.ctl_json("wdevs") if "ifname" in w}

    def station(self, interface=STATION, release=hostap.debian_sid, **settings):
        return Station(self.world, release(), interface, {"sae_pwe": 2, "p2p_disabled": 1, **settings})

    @staticmethod
    def connect(station, name, network, frequencies=FREQUENCIES, **more):
        allowed = " ".join(map(str, frequencies))
        station.connect(ssid=f'"{name}"', scan_freq=allowed, freq_list=allowed, **network, **more)

    def passes_data(self, one, other=STATION):
        outcome = subprocess.run(self.world.command(sys.executable, "-m", "harness.frames", one, other, "1"), cwd=HERE,
                                 env=self.world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def iw(self, *arguments):
        outcome = self.world.run(programs.sid("iw"), *arguments)
        self.assertEqual(outcome.code, 0, outcome)
        return outcome.out

    def wait_for(self, what, condition):
        """What follows within the moment, if the daemon comes to it."""
        for _ in range(500):
            if condition():
                return
            self.world.run("sleep", "0.01")
        self.fail(what)


class StationMlds(WithAWorld):
    def check_links(self, station, name, count):
        """Everybody names the same links."""
        status = station.control.request("MLO_STATUS").splitlines()
        # wpa_supplicant asks when the association's own link is the only one in use: the others have no channel yet, as
        # with a kernel.
        self.assertEqual([l for l in status if l.startswith("link_id=")], [f"link_id={i}" for i in range(count)])
        shown = [int(l[len("freq="):]) for l in status if l.startswith("freq=")]
        self.assertEqual([f for f in shown if f], [f for f, s in zip(FREQUENCIES, shown) if s])
        self.assertEqual(shown.count(0), count - 1, shown)
        link = self.iw("dev", STATION, "link")
        self.assertIn(f"Connected to {self.addresses[name]}", link)
        info = self.iw("dev", STATION, "info")
        for i in range(count):
            self.assertIn(f"Link {i} BSSID", link)
            self.assertIn(f"freq: {FREQUENCIES[i]}.0", link)
            self.assertIn(f"link ID  {i} link addr", info)
            self.assertIn(f"({FREQUENCIES[i]} MHz)", info)
        self.assertNotIn(f"Link {count} BSSID", link)
        self.assertEqual(status[3::4], ["sta_link_addr=" + line.split()[-1] for line in info.splitlines() if "link addr" in line])
        listed = sorted((l["link_id"], l["frequency_mhz"], "sta_link_addr=" + l["address"])
                        for l in self.world.ctl_json("links") if l["ifname"] == STATION and "link_id" in l)
        self.assertEqual(listed, [(i, FREQUENCIES[i], status[3::4][i]) for i in range(count)])

    def check(self, name, network, count):
        with self.station() as station:
            self.connect(station, name, network)
            station.wait_connected()
            status = station.status()
            self.assertEqual((status["wpa_state"], status["wifi_generation"]), ("COMPLETED", "7"))
            self.assertIn(status["pmf"], "12")
            self.check_links(station, name, count)
            self.passes_data(name)
            self.assertIn("authorized:\tyes", self.iw("dev", name, "station", "dump"))

    def test_sae_on_one_link(self):
        self.check("one", SAE, 1)

    def test_sae_on_two_links(self):
        self.check("two", SAE, 2)

    def test_sae_on_three_links(self):
        self.check("three", SAE, 3)

    def test_owe_on_three_links(self):
        self.check("owe", OWE, 3)

    def test_sae_where_others_may_use_psk(self):
        self.check("both", SAE, 2)

    def test_reach_each_other_through_the_access_point(self):
        with self.station() as one, self.station(OTHER) as other:
            for station in (one, other):
                self.connect(station, "three", SAE)
                station.wait_connected()
            self.passes_data(OTHER)

    def test_come_back_with_the_key_that_they_had(self):
        with self.station() as station:
            self.connect(station, "three", SAE)
            station.wait_connected()
            self.assertEqual(station.control.request("DISCONNECT"), "OK")
            station.control.wait("CTRL-EVENT-DISCONNECTED")
            self.wait_for("the access point does not forget it", lambda: self.iw("dev", "three", "station", "dump") == "")
            self.assertEqual(station.control.request("RECONNECT"), "OK")
            station.wait_connected()
            self.assertEqual(station.output().count("SME: SAE authentication transaction 2"), 1, "it did not need SAE again")
            self.check_links(station, "three", 3)
            self.passes_data("three")

    def uses(self):
        """What each of the station's links is used for, in their order."""
        listed = [l for l in self.world.ctl_json("links") if l["ifname"] == STATION and "link_id" in l]
        return [l["use"] for l in sorted(listed, key=lambda l: l["link_id"])]

    def test_switch_links_and_stay_connected(self):
        with self.station() as station:
            self.connect(station, "three", SAE)
            station.wait_connected()
            self.assertEqual(self.uses(), ["active", "active", "active"])
            self.world.ctl("link", "activate", STATION, "0")
            self.assertEqual(self.uses(), ["active", "inactive", "inactive"])
            self.passes_data("three")
            phy = next(w["wiphy_name"] for w in self.world.ctl_json("wdevs") if w["ifname"] == STATION)
            active = f"/sys/kernel/debug/ieee80211/{phy}/netdev:{STATION}/active_links"
            self.assertEqual(self.world.run("sh", "-c", f"cat {active}; echo 0x6 > {active} && cat {active}").out, "0x1\n0x6\n")
            self.assertEqual(self.uses(), ["inactive", "active", "active"])
            self.passes_data("three")
            self.assertNotEqual(self.world.run("sh", "-c", f"echo 8 > {active}").code, 0, "there is no such link")
            for policy in ("strongest", "by_tid", "round_robin"):
                self.world.ctl("link", "policy", STATION, policy)
                self.passes_data("three")
            self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())

    def test_with_the_wrong_password_are_told_so(self):
        with self.station() as station:
            self.connect(station, "three", {**SAE, "sae_password": '"123456789"'})
            self.assertIn("auth_failures=1", station.control.wait("CTRL-EVENT-SSID-TEMP-DISABLED"))
            self.assertEqual(self.iw("dev", "three", "station", "dump"), "")


class KeysAndRoams(WithAWorld):
    def test_new_keys_of_the_group_and_of_the_station(self):
        with self.station() as station:
            self.connect(station, "rekey", SAE)
            station.wait_connected()
            for _ in range(2):
                self.assertIn("PTK=CCMP", station.control.wait("WPA: Key negotiation completed"))
                self.passes_data("rekey")
                station.control.wait("MLO RSN: Group rekeying completed")
                self.passes_data("rekey")
            self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())

    @classmethod
    def ip(cls, *arguments):
        outcome = cls.world.run(programs.system("ip"), *arguments)
        if outcome.code != 0:
            raise AssertionError(f"ip {arguments}: {outcome}")

    def test_roam_there_and_back_while_data_flow(self):
        self.ip("link", "add", "town", "up", "type", "bridge")
        for name in ("west", "east"):
            self.ip("link", "set", name, "master", "town")
        bssids = {l["ifname"]: l["address"] for l in self.world.ctl_json("links") if l["ifname"] in ("west", "east") and l["link_id"] == 0}
        with self.station() as station:
            self.connect(station, "roam", SAE)
            station.wait_connected()
            at_east = bssids["east"] in station.control.request("MLO_STATUS")
            station.control.request("SCAN TYPE=ONLY freq=2437,5180")
            station.control.wait("CTRL-EVENT-SCAN-RESULTS")
            flow = subprocess.Popen(self.world.command(sys.executable, "-m", "harness.flow", "town", STATION, "4"), cwd=HERE,
                                    env=self.world.environment(), stdout=subprocess.PIPE, text=True)
            self.assertEqual(flow.stdout.readline(), "flowing\n")
            ways = [("east", 2), ("west", 3)]
            for target, links in reversed(ways) if at_east else ways:
                self.assertEqual(station.control.request("ROAM " + bssids[target]), "OK")
                station.wait_connected()
                self.assertEqual(station.status()["wpa_state"], "COMPLETED")
                status = station.control.request("MLO_STATUS").splitlines()
                self.assertEqual((status[2], len(status)), ("ap_link_addr=" + bssids[target], 4 * links))
                other = "west" if target == "east" else "east"
                self.assertEqual(self.iw("dev", other, "station", "dump"), "", "it is no more where it was")
            said = flow.communicate(timeout=PATIENCE)[0].splitlines()
            for line in said:
                sent, came, silence = map(int, line.split())
                print(f"# of {sent} frames {came} came, the longest silence was {silence} ms")
                self.assertGreater(came, 0.5 * sent, "most came")
            self.assertEqual(station.output().count("SME: SAE authentication transaction 2"), 2, "the way back had a key already")
        self.ip("link", "del", "town")


class Orders(WithAWorld):
    """What mlosimctl tells built-in access points, and what stock stations make of it."""

    def ctl(self, *arguments):
        outcome = self.world.ctl(*arguments)
        self.assertEqual((outcome.code, outcome.text), (0, ""), arguments)

    def at(self, station):
        """Which of the two access points of SSID "roam" a station is at."""
        bssid = station.status()["bssid"]
        of = {l["address"]: l["ifname"] for l in self.world.ctl_json("links") if l["ifname"] in ("west", "east")}
        return of.get(bssid) or {self.addresses[n]: n for n in ("west", "east")}[bssid]

    def check_transition(self, release, interface):
        """With the other access point's BSSIDs as candidates, and then with all there are."""
        with self.station(interface, release) as station:
            self.connect(station, "roam", SAE)
            station.wait_connected()
            for more in (["--to", *self.bssids_there(station)], []):
                here = self.at(station)
                station.control.request("SCAN TYPE=ONLY freq=2437,5180")
                station.control.wait("CTRL-EVENT-SCAN-RESULTS")
                self.ctl("ap", "transition", here, station.address, *more)
                station.wait_connected(3 * PATIENCE)
                self.assertNotEqual(self.at(station), here)
                self.wait_for("the old one keeps it", lambda: self.iw("dev", here, "station", "dump") == "")

    def bssids_there(self, station):
        there = {"west": "east", "east": "west"}[self.at(station)]
        return [l["address"] for l in self.world.ctl_json("links") if l["ifname"] == there]

    def test_to_go_elsewhere_a_station_mld_follows(self):
        self.check_transition(hostap.debian_sid, STATION)

    def test_to_go_elsewhere_a_legacy_client_follows(self):
        self.check_transition(hostap.debian_12, STATION)

    def test_who_does_not_go_is_sent_away(self):
        with self.station(disable_btm=1) as station:
            self.connect(station, "three", SAE)
            station.wait_connected()
            self.ctl("ap", "transition", "three", "--disassociate-after", "5")
            self.assertIn("reason=12", station.control.wait("CTRL-EVENT-DISCONNECTED"))

    def test_to_switch_channels_a_station_mld_follows(self):
        with self.station() as station:
            self.connect(station, "two", SAE)
            station.wait_connected()
            for mhz in ("5220", "5180"):
                self.ctl("ap", "switch", "two", mhz, "--link", "1", "--beacons", "3")
                self.assertIn("freq=" + mhz, station.control.wait("CTRL-EVENT-LINK-CHANNEL-SWITCH"))
                self.wait_for("its link is not there", lambda: f"({mhz} MHz)" in self.iw("dev", STATION, "info"))
                self.passes_data("two")
            self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())


class OweTransition(unittest.TestCase):
    """An open network and one with OWE that name each other: a stock station with OWE asks for the open one's name."""

    def check(self, release):
        radios = [{"name": name, "channels": 1, "multi_link": False, "interfaces": [{"name": name, "type": kind}]}
                  for name, kind in (("cafe", "ap"), ("cafe-owe", "ap"), (STATION, "station"))]
        networks = [{"name": name, "radio": name, "ssid": name, "security": security, "owe_transition": other, "mld": False,
                     "hidden": hidden, "links": [{"band": "2.4 GHz", "channel": channel}]}
                    for name, security, other, hidden, channel in
                    (("cafe", "open", "cafe-owe", "no", 1), ("cafe-owe", "owe", "cafe", "empty", 6))]
        with World({"clock": "real", "seed": 1, "regulatory": {"country": "DE"}, "radios": radios, "networks": networks}) as world, \
                Station(world, release, STATION) as station:
            owe = next(w["address"] for w in world.ctl_json("wdevs") if w["ifname"] == "cafe-owe")
            station.connect(ssid='"cafe"', key_mgmt="OWE", ieee80211w=2, scan_freq="2412 2437")
            station.wait_connected()
            status = station.status()
            self.assertEqual((status["bssid"], status["wpa_state"], status["key_mgmt"]), (owe, "COMPLETED", "OWE"))

    def test_legacy(self):
        self.check(hostap.debian_12())

    def test_sid(self):
        self.check(hostap.debian_sid())


class LinksThatGo(unittest.TestCase):
    """A world each: what happens happens at its moment, after the station has come."""

    def world(self, station={}, **more):
        radios = [{"name": name, "channels": 3, "interfaces": [{"name": name, "type": kind}], **special}
                  for name, kind, special in (("home", "ap", {}), (STATION, "station", station))]
        network = {"name": "home", "radio": "home", "ssid": "home", "security": "wpa3", "password": PASSWORD, "links": LINKS}
        return World({"clock": "real", "seed": 1, "regulatory": {"country": "DE"}, "radios": radios, "networks": [network], **more})

    def links(self, world, interface=STATION):
        return {l["link_id"]: l for l in world.ctl_json("links") if l["ifname"] == interface and "link_id" in l}

    def wait_for(self, what, condition):
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if time.monotonic() > deadline:
                self.fail(what)
            time.sleep(0.02)

    def connected(self, world):
        station = Station(world, hostap.debian_sid(), STATION, {"sae_pwe": 1, "p2p_disabled": 1})
        WithAWorld.connect(station, "home", SAE)
        station.wait_connected()
        self.assertEqual(sorted(self.links(world)), [0, 1, 2])
        return station

    def passes_data(self, world):
        outcome = subprocess.run(world.command(sys.executable, "-m", "harness.frames", "home", STATION, "1"), cwd=HERE,
                                 env=world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def check_left(self, world, station, links):
        """The station and the access point have these links; nobody was disconnected."""
        self.wait_for(f"the links are not {links}", lambda: sorted(self.links(world)) == links)
        self.wait_for("the access point has others", lambda: sorted(self.links(world, "home")) == links)
        status = [line for line in station.control.request("MLO_STATUS").splitlines() if line.startswith("link_id=")]
        self.assertEqual(status, [f"link_id={i}" for i in links])
        self.passes_data(world)
        self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())

    def test_after_a_countdown(self):
        with self.world(steps=[{"at": "4 s", "remove_ap_link": {"network": "home", "link_id": 0, "beacons": 5}}]) as world, \
                self.connected(world) as station:
            self.check_left(world, station, [1, 2])

    def sent_away(self, how):
        with self.world(steps=[{"at": "4 s", how: {"network": "home", "reason": 4}}]) as world, self.connected(world) as station:
            self.assertIn("reason=4", station.control.wait("CTRL-EVENT-DISCONNECTED"))
            station.control.wait("CTRL-EVENT-CONNECTED")
            self.assertEqual(sorted(self.links(world)), [0, 1, 2])
            self.passes_data(world)

    def test_all_with_a_deauthentication_and_come_back(self):
        self.sent_away("deauthenticate")

    def test_all_with_a_disassociation_and_come_back(self):
        self.sent_away("disassociate")

    def test_where_regulation_closes_the_band(self):
        with self.world() as world, self.connected(world) as station:
            self.assertEqual(world.run(programs.sid("iw"), "reg", "set", "00").code, 0)
            self.check_left(world, station, [0, 1])
            self.assertEqual(world.run(programs.sid("iw"), "reg", "set", "DE").code, 0)
            self.wait_for("the access point's link does not come back", lambda: sorted(self.links(world, "home")) == [0, 1, 2])
            self.passes_data(world)

    def test_to_one_radio_that_they_share(self):
        with self.world(station={"emlsr": {"padding_us": 64, "transition_us": 128}}) as world, self.connected(world) as station:
            uses = lambda: [link["use"] for _, link in sorted(self.links(world).items())]
            self.wait_for("not all links are active", lambda: uses() == ["active"] * 3)
            self.passes_data(world)
            self.assertEqual(world.ctl("link", "emlsr", STATION, "0", "2", "--padding", "256").code, 0)
            self.wait_for("no radio is shared", lambda: uses() == ["emlsr", "active", "emlsr"])
            shared = next(w for w in world.ctl_json("wdevs") if w.get("ifname") == STATION)
            self.assertEqual((shared["emlsr_links"], shared["emlsr_padding_us"], shared["emlsr_transition_us"]), ([0, 2], 256, 128))
            self.passes_data(world)
            self.assertEqual(world.ctl("link", "emlsr", STATION, "1").code, 1)  # one alone shares nothing
            self.assertEqual(world.ctl("link", "emlsr", STATION).code, 0)
            self.wait_for("the radio is still shared", lambda: uses() == ["active"] * 3)
            self.passes_data(world)
            self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())

    def test_for_a_while(self):
        with self.world(steps=[{"at": "4 s", "rest_ap_link": {"network": "home", "link_id": 2, "for": "2 s"}}]) as world, \
                self.connected(world) as station:
            use = self.links(world)[2]["use"]
            self.wait_for("the link does not rest", lambda: self.links(world)[2]["use"] != use)
            self.passes_data(world)
            self.wait_for("the link does not wake", lambda: self.links(world)[2]["use"] == use)
            self.passes_data(world)
            self.assertNotIn("CTRL-EVENT-DISCONNECTED", station.output())


class Legacy:
    """Clients that know no multi-link operation, or may not use it."""
    def check(self, name, network, expected, frequencies=FREQUENCIES):
        with self.station(release=self.release) as station:
            self.connect(station, name, network, frequencies)
            station.wait_connected()
            status = station.status()
            self.assertEqual((status["wpa_state"], status["key_mgmt"]), ("COMPLETED", expected))
            self.assertEqual(station.control.request("MLO_STATUS").splitlines()[0] in ("FAIL", "UNKNOWN COMMAND"), True)
            self.passes_data(name)

    def test_psk_on_an_ap_mld(self):
        self.check("both", PSK, "WPA2-PSK")

    def test_psk_on_a_plain_access_point(self):
        self.check("plain2", PSK, "WPA2-PSK", FREQUENCIES[:1])

    def test_psk_with_protected_management_frames(self):
        self.check("mixed", {**PSK, "ieee80211w": 2}, "WPA2-PSK", FREQUENCIES[:1])

    def test_sae_on_a_plain_access_point(self):
        self.check("plain3", SAE, "SAE", FREQUENCIES[1:2])

    def test_sae_by_hunting_and_pecking(self):
        with self.station(release=self.release, sae_pwe=0) as station:
            self.connect(station, "mixed", SAE, FREQUENCIES[:1])
            station.wait_connected()
            self.assertEqual(station.status()["sae_h2e"], "0")
            self.passes_data("mixed")

    def test_open(self):
        self.check("open", {"key_mgmt": "NONE"}, "NONE", FREQUENCIES[1:2])

    def test_the_wrong_passphrase(self):
        with self.station(release=self.release) as station:
            self.connect(station, "plain2", {**PSK, "psk": '"123456789"'}, FREQUENCIES[:1])
            self.assertIn("reason=WRONG_KEY", station.control.wait("CTRL-EVENT-SSID-TEMP-DISABLED"))


class AsManyLinksAsThereCanBe(unittest.TestCase):
    def test_fifteen(self):
        channels = [("2.4 GHz", 1, 2412), ("2.4 GHz", 6, 2437), ("2.4 GHz", 11, 2462), ("5 GHz", 36, 5180), ("5 GHz", 40, 5200),
                    ("5 GHz", 44, 5220), ("5 GHz", 48, 5240), ("5 GHz", 149, 5745), ("5 GHz", 153, 5765)]
        channels += [("6 GHz", 1 + 4 * n, 5955 + 20 * n) for n in range(6)]
        network = {"name": "many", "radio": "ap0", "ssid": "many", "security": "wpa3", "password": PASSWORD,
                   "links": [{"band": band, "channel": channel} for band, channel, _ in channels]}
        radios = [{"name": name, "channels": 15, "interfaces": [{"name": name, "type": kind}]}
                  for name, kind in (("ap0", "ap"), (STATION, "station"))]
        with World({"clock": "real", "regulatory": {"country": "DE"}, "radios": radios, "networks": [network]}) as world, \
                Station(world, hostap.debian_sid(), STATION, {"sae_pwe": 2, "p2p_disabled": 1}) as station:
            WithAWorld.connect(station, "many", SAE, [frequency for _, _, frequency in channels])
            station.wait_connected()
            status = station.control.request("MLO_STATUS").splitlines()
            self.assertEqual([line for line in status if line.startswith("link_id=")], [f"link_id={n}" for n in range(15)])
            sent = world.run("python3", HERE / "harness" / "frames.py", "ap0", STATION, "8")
            self.assertEqual(sent.out, "through\n", sent)


class Debian12(Legacy, WithAWorld):
    release = staticmethod(hostap.debian_12)

    def test_sae_on_an_ap_mld(self):
        self.check("three", SAE, "SAE")

    def test_owe_on_an_ap_mld(self):
        self.check("owe", OWE, "OWE")


class DebianSid(Legacy, WithAWorld):
    release = staticmethod(hostap.debian_sid)


tap.main()
