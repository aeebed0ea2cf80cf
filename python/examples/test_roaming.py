"""One network with two access points, in air that loses frames. The first access point falls silent; the station finds that
out, goes to the other, and the first one forgets it after its time-out of five minutes: a second of your time."""
import pytest

from mlosim.hostap import AccessPoint, Station, wpa2, wpa2_network

PHRASE = "secret phrase"
INACTIVITY = 300  # seconds

THREE_RADIOS = {
    "radios": [
        {"name": "west", "interfaces": [{"name": "west0"}]},
        {"name": "east", "interfaces": [{"name": "east0"}]},
        {"name": "phone", "interfaces": [{"name": "sta0"}]},
    ],
    "faults": [{"rule": "drop_frame frame=data percent=20"}],
}

pytestmark = pytest.mark.world(THREE_RADIOS)


@pytest.fixture
def network(world):
    settings = {"ssid": "office", "ap_max_inactivity": INACTIVITY, "skip_inactivity_poll": 1, **wpa2(PHRASE)}
    with AccessPoint(world, "west0", channel=1, **settings) as west, AccessPoint(world, "east0", channel=11, **settings) as east:
        yield west, east


def test_a_station_roams_when_it_is_told_to(world, network):
    west, east = network
    with Station(world, "sta0") as station:
        station.connect("office", scan_freq="2412 2462", freq_list="2412 2462", bssid=west.bssid, timeout=30, **wpa2_network(PHRASE))
        station.command("SET_NETWORK 0 bssid any")
        station.scan((2412, 2462))
        station.roam(east.bssid, timeout=30)
        east.wait_station(station.address)
        assert station.status()["bssid"] == east.bssid


def test_a_silent_access_point_is_left_and_forgets_the_station(world, network):
    west, east = network
    with Station(world, "sta0") as station:
        station.connect("office", scan_freq="2412 2462", bssid=west.bssid, timeout=30, **wpa2_network(PHRASE))
        west.wait_station(station.address)
        station.command("SET_NETWORK 0 bssid any")

        for direction in ("from", "to"):
            world.inject_fault(f"drop_frame {direction}=west")
        silent = world.now
        station.wait_disconnected(timeout=60)
        assert station.wait_event("CTRL-EVENT-CONNECTED", timeout=60).startswith(f"CTRL-EVENT-CONNECTED - Connection to {east.bssid}")
        assert world.now - silent < 30

        gone = west.wait_event(f"AP-STA-DISCONNECTED {station.address}", timeout=INACTIVITY + 60)
        assert INACTIVITY <= gone.time - silent < INACTIVITY + 60
