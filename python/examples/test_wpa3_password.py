"""A wrong password, and then the right one: WPA3-SAE between the machine's hostapd and wpa_supplicant."""
import pytest

from mlosim.hostap import AccessPoint, Station, wpa3, wpa3_network


@pytest.fixture
def ap(world):
    with AccessPoint(world, "wlan0", ssid="home", **wpa3("correct horse")) as ap:
        yield ap


@pytest.fixture
def station(world):
    with Station(world, "wlan1") as station:
        yield station


def test_a_wrong_password_is_found_out_by_both(world, ap, station):
    station.connect("home", wait=False, scan_freq=2437, **wpa3_network("battery staple"))
    event = station.wait_event("CTRL-EVENT-SSID-TEMP-DISABLED", timeout=30, unless="CTRL-EVENT-CONNECTED")
    assert "auth_failures=1" in event and "reason=CONN_FAILED" in event
    assert not any("AUTHORIZED" in facts.get("flags", "") for facts in ap.stations().values())


def test_the_right_password_works_after_a_wrong_one(world, ap, station):
    network = station.connect("home", wait=False, scan_freq=2437, **wpa3_network("battery staple"))
    refused = station.wait_event("CTRL-EVENT-SSID-TEMP-DISABLED", timeout=30)
    station.set_network(network, sae_password="correct horse")
    station.select(network)
    connected = station.wait_connected(timeout=30)
    assert connected.time > refused.time
    assert station.status()["key_mgmt"] == "SAE"
    ap.wait_station(station.address)
    assert "AUTHORIZED" in ap.stations()[station.address]["flags"]
    code, link = world.run("iw", "dev", "wlan1", "link")
    assert code == 0 and f"Connected to {ap.bssid}" in link
