#!/usr/bin/env python3
"""Fast transition between two access points with a wire between their bridges: over the air and over the wire, the session
goes on. And bridges as hostapd makes them. With Debian 12's hostapd and wpa_supplicant and with sid's."""
import os
import pathlib
import subprocess
import sys
import unittest

from harness import hostap, programs, tap
from harness.hostap import AccessPoint, Station
from harness.world import PATIENCE, World

HERE = pathlib.Path(__file__).resolve().parent
WORLD = {"clock": "real",
         "radios": [{"name": name, "channels": 1, "multi_link": False} for name in ("ap", "station", "other-ap")]}
NETWORK = {"ssid": "home", "hw_mode": "g", "channel": 6, "country_code": "US", "wpa": 2, "rsn_pairwise": "CCMP"}
KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"


class Roaming:
    """What one release does. One world for all, with a wire from bridge to bridge: air0 - wire0 - wire1 - air1."""

    @classmethod
    def setUpClass(cls):
        cls.release = cls.find_release()
        cls.world = World(WORLD)
        cls.world.__enter__()
        cls.addClassCleanup(cls.world.__exit__, None, None, None)
        cls.ip("link", "add", "wire0", "type", "veth", "peer", "name", "wire1")
        for number in "01":
            cls.ip("link", "add", "air" + number, "up", "type", "bridge")
            cls.ip("link", "set", "wire" + number, "up", "master", "air" + number)

    @classmethod
    def ip(cls, *arguments):
        done = subprocess.run(cls.world.command(programs.system("ip"), *arguments), env=cls.world.environment(), capture_output=True,
                              text=True, timeout=PATIENCE)
        if done.returncode != 0:
            raise AssertionError(f"ip {' '.join(arguments)}: {done.stderr}")
        return done.stdout

    def access_point(self, interface, **settings):
        return AccessPoint(self.world, self.release, interface, {**NETWORK, **settings})

    def station(self):
        return Station(self.world, self.release, "wlan1", {"country": "US"})

    def passes_data(self, one, other="wlan1"):
        outcome = subprocess.run(self.world.command(sys.executable, "-m", "harness.frames", one, other, "1"), cwd=HERE,
                                 env=self.world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def of_the_domain(self, number, key_mgmt, **secret):
        """One of two access points of a mobility domain. Each hands its keys to the other over the wire, before the station comes."""
        own, other = (f"02:00:00:00:0{2 * n}:00" for n in (number, 1 - number))
        return self.access_point(f"wlan{2 * number}", bridge=f"air{number}", wpa_key_mgmt=key_mgmt, mobility_domain="a1b2",
                                 nas_identifier=f"nas{number}.example", r1_key_holder=own.replace(":", ""), ft_over_ds=1, pmk_r1_push=1,
                                 r0kh=f"{other} nas{1 - number}.example {KEY}", r1kh=f"{other} {other} {KEY}", **secret)

    def roams(self, command, key_mgmt, secret, network):
        with self.of_the_domain(0, key_mgmt, **secret) as first, self.of_the_domain(1, key_mgmt, **secret) as second, \
                self.station() as sta:
            sta.connect(ssid='"home"', key_mgmt=key_mgmt, scan_freq=2437, bssid=first.bssid, **network)
            sta.wait_connected()
            self.passes_data("air0")
            sta.control.request("SET_NETWORK 0 bssid any")
            for target, bridge in ((second, "air1"), (first, "air0")):
                sta.control.request("SCAN TYPE=ONLY freq=2437")
                sta.control.wait("CTRL-EVENT-SCAN-RESULTS")
                self.assertEqual(sta.control.request(f"{command} {target.bssid}"), "OK")
                sta.wait_connected()
                status = sta.status()
                self.assertEqual((status["bssid"], status["wpa_state"]), (target.bssid, "COMPLETED"))
                self.passes_data(bridge)
                self.passes_data("air0")  # the other end of the wire has heard where the station went

    def test_ft_psk_over_the_air(self):
        self.roams("ROAM", "FT-PSK", {"wpa_passphrase": "12345678"}, {"psk": '"12345678"'})

    def test_ft_psk_over_the_ds(self):
        self.roams("FT_DS", "FT-PSK", {"wpa_passphrase": "12345678"}, {"psk": '"12345678"'})

    def test_ft_sae_over_the_air(self):
        self.roams("ROAM", "FT-SAE", {"sae_password": "12345678", "ieee80211w": 2}, {"sae_password": '"12345678"', "ieee80211w": 2})

    def test_ft_sae_over_the_ds(self):
        self.roams("FT_DS", "FT-SAE", {"sae_password": "12345678", "ieee80211w": 2}, {"sae_password": '"12345678"', "ieee80211w": 2})

    def test_hostapd_makes_a_bridge_and_ends_it(self):
        with self.access_point("wlan0", bridge="br0", wpa_key_mgmt="WPA-PSK", wpa_passphrase="12345678"), self.station() as sta:
            self.ip("link", "set", "br0", "up")
            sta.connect(ssid='"home"', key_mgmt="WPA-PSK", psk='"12345678"', scan_freq=2437)
            sta.wait_connected()
            self.passes_data("br0")
            self.assertIn("master br0", self.ip("-o", "link", "show", "wlan0"))
            behind = subprocess.run(self.world.command(programs.system("bridge"), "fdb", "show", "br", "br0"),
                                    env=self.world.environment(), capture_output=True, text=True, timeout=PATIENCE)
            self.assertIn(f"{sta.address} dev wlan0 master br0", behind.stdout, behind.stderr)
        self.assertNotIn("br0", self.ip("-o", "link", "show"))


class BetweenBuiltIn:
    """The same between built-in access points of one mobility domain."""
    DOMAIN = 0xb2a1

    def built_in(self, security):
        radios = [{"name": name, "channels": 1, "multi_link": False, "interfaces": [{"name": name, "type": kind}]}
                  for name, kind in (("west", "ap"), ("east", "ap"), ("wlan1", "station"))]
        networks = [{"name": name, "radio": name, "ssid": "home", "security": security, "password": "12345678", "mld": False,
                     "mobility_domain": self.DOMAIN, "links": [{"band": "2.4 GHz", "channel": channel}]}
                    for name, channel in (("west", 1), ("east", 6))]
        return self.enterContext(World({"clock": "real", "seed": 2, "radios": radios, "networks": networks}))

    def check_built_in(self, security, key_mgmt, network):
        world = self.built_in(security)
        macs = {w["ifname"]: w["address"] for w in world.ctl_json("wdevs")}
        with Station(world, self.find_release(), "wlan1", {"country": "US", "sae_pwe": 2}) as sta:
            sta.connect(ssid='"home"', key_mgmt=key_mgmt, scan_freq="2412 2437", bssid=macs["west"], **network)
            sta.wait_connected()
            self.assertEqual(sta.status()["key_mgmt"], key_mgmt)
            sta.control.request("SET_NETWORK 0 bssid any")
            before = sta.output().count("WPA: RX message 1 of 4-Way Handshake")
            for name in ("west", "east", "west", "east"):
                if name == "west" and sta.status()["bssid"] == macs["west"]:
                    self.through(world, name)
                    continue
                sta.control.request("SCAN TYPE=ONLY freq=2412,2437")
                sta.control.wait("CTRL-EVENT-SCAN-RESULTS")
                self.assertEqual(sta.control.request("ROAM " + macs[name]), "OK")
                sta.wait_connected()
                status = sta.status()
                self.assertEqual((status["bssid"], status["wpa_state"]), (macs[name], "COMPLETED"))
                self.through(world, name)
            self.assertEqual(sta.output().count("WPA: RX message 1 of 4-Way Handshake"), before, "fast transitions need no handshake")
            # The keys that they brought are renewed as others are.
            for command in (["ap", "rekey", "east"], ["ap", "rekey", "east", sta.address]):
                self.assertEqual(world.ctl(*command).text, "")
                sta.control.wait("WPA: Group rekeying completed", "RSN: Group rekeying completed", "WPA: Key negotiation completed")
                self.through(world, "east")

    def through(self, world, one):
        outcome = subprocess.run(world.command(sys.executable, "-m", "harness.frames", one, "wlan1", "1"), cwd=HERE,
                                 env=world.environment(), capture_output=True, text=True, timeout=PATIENCE)
        self.assertEqual((outcome.returncode, outcome.stdout, outcome.stderr), (0, "through\n", ""))

    def test_built_in_access_points_with_ft_psk(self):
        self.check_built_in("wpa2", "FT-PSK", {"psk": '"12345678"'})

    def test_built_in_access_points_with_ft_sae(self):
        self.check_built_in("wpa3", "FT-SAE", {"sae_password": '"12345678"', "ieee80211w": 2})


class Debian12(Roaming, BetweenBuiltIn, unittest.TestCase):
    find_release = staticmethod(hostap.debian_12)


if os.environ.get("MLOSIM_SANITIZED") != "1":  # one release says as much of the daemon's memory as two

    class DebianSid(Roaming, BetweenBuiltIn, unittest.TestCase):
        find_release = staticmethod(hostap.debian_sid)


tap.main()
