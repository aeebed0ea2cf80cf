#!/usr/bin/env python3
"""The rfc dialect as a program sees it: MLO_LINK_INFO and the link wdevs behind it, decoded from raw GET_INTERFACE answers,
while the stock wpa_supplicant connects as station MLD, links are switched and one is taken away."""
import json
import pathlib
import unittest

from harness import hostap, tap
from harness.hostap import Station
from harness.world import World

HERE = pathlib.Path(__file__).resolve().parent
FREQUENCIES = [2437, 5180, 6135]
MLO_LINK = 13
WORLD = {
    "clock": "real", "dialect": "rfc", "regulatory": {"country": "DE"},
    "radios": [{"name": "ap0", "channels": 3, "interfaces": [{"name": "ap0", "type": "ap"}]},
               {"name": "sta0", "channels": 3, "interfaces": [{"name": "sta0"}]}],
    "networks": [{"name": "home", "radio": "ap0", "ssid": "home", "security": "wpa3", "password": "12345678",
                  "links": [{"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36}, {"band": "6 GHz", "channel": 37}]}],
}


class RfcDialect(unittest.TestCase):
    def setUp(self):
        self.world = World(WORLD)
        self.world.__enter__()
        self.addCleanup(self.world.__exit__, None, None, None)

    def told(self):
        """Interfaces by name, link wdevs by their identifier."""
        outcome = self.world.run("env", f"PYTHONPATH={HERE}", "python3", "-m", "harness.interfaces")
        self.assertEqual(outcome.code, 0, outcome)
        return {i.get("ifname", i["wdev"]): i for i in json.loads(outcome.out)}

    def wait_for_links(self, wanted):
        """Until the station's link wdevs stand for just these links: {link_id: frequency or None}."""
        for _ in range(500):
            told = self.told()
            stands_for = {told[wdev]["link_id"]: told[wdev].get("frequency_mhz") for wdev in told["sta0"]["link_wdevs"]
                          if "link_id" in told[wdev]}
            if stands_for == wanted:
                return told
        self.fail(f"{stands_for} instead of {wanted}")

    def connect(self, station):
        allowed = " ".join(map(str, FREQUENCIES))
        station.connect(ssid='"home"', key_mgmt="SAE", sae_password='"12345678"', ieee80211w=2, scan_freq=allowed)
        station.wait_connected()

    def test_link_wdevs_follow_a_connection(self):
        before = self.told()
        identifiers = before["sta0"]["link_wdevs"]
        self.assertEqual(len(identifiers), 3, "one for each band")
        for wdev in identifiers:
            self.assertEqual(before[wdev]["iftype"], MLO_LINK)
            self.assertNotIn("link_id", before[wdev], "it stands for no link yet")
            self.assertNotIn("ifindex", before[wdev])
        with Station(self.world, hostap.debian_sid(), "sta0", {"sae_pwe": 2, "p2p_disabled": 1}) as station:
            self.connect(station)
            told = self.wait_for_links(dict(enumerate(FREQUENCIES)))
            self.assertEqual(told["sta0"]["link_wdevs"], identifiers, "their numbers stay")
            of_the_mld = {link["link_id"]: link for link in told["sta0"]["mlo_links"]}
            of_the_ap = {link["link_id"]: link for link in told["ap0"]["mlo_links"]}
            for wdev in identifiers:
                link_id = told[wdev]["link_id"]
                self.assertEqual(told[wdev]["address"], of_the_mld[link_id]["address"])
                self.assertEqual(told[wdev]["bssid"], of_the_ap[link_id]["address"])

            self.assertEqual(self.world.ctl("link", "activate", "sta0", "0", "2").code, 0)
            told = self.wait_for_links({0: 2437, 1: None, 2: 6135})
            self.assertEqual(told["sta0"]["link_wdevs"], identifiers, "a link that rests is a link")

            self.assertEqual(station.control.request("DISCONNECT"), "OK")
            told = self.wait_for_links({})
            self.assertEqual(told["sta0"]["link_wdevs"], identifiers)
            self.assertNotIn("mlo_links", told["sta0"])

    def test_an_access_points_link_wdevs_are_its_links(self):
        told = self.told()
        self.assertEqual(len(told["ap0"]["link_wdevs"]), 3)
        self.assertEqual({(told[w]["link_id"], told[w]["frequency_mhz"]) for w in told["ap0"]["link_wdevs"]}, set(enumerate(FREQUENCIES)))


if __name__ == "__main__":
    tap.main()
