"""A built-in AP MLD with three links, and a station MLD: a built-in one, or a wpa_supplicant that can do that (2.11: the
environment variable MLOSIM_WPA_SUPPLICANT names one)."""
import os

import pytest

from mlosim import LinkUse
from mlosim.hostap import Station

PASSWORD = "correct horse"
AP_MLD = {
    "regulatory": {"country": "DE", "database": "embedded"},
    "radios": [
        {"name": "router", "channels": 3, "interfaces": [{"name": "ap0", "type": "ap"}]},
        {"name": "phone", "channels": 3, "interfaces": [{"name": "sta0"}]},
    ],
    "networks": [{"name": "home", "radio": "router", "ssid": "home", "security": "wpa3", "password": PASSWORD, "links": [
        {"band": "2.4 GHz", "channel": 6}, {"band": "5 GHz", "channel": 36, "width_mhz": 80}, {"band": "6 GHz", "channel": 37, "width_mhz": 160}]}],
}
WITH_STATION = {**AP_MLD, "stations": [{"name": "visitor", "radio": "phone", "ssid": "home", "security": "wpa3", "password": PASSWORD}]}


@pytest.fixture
def visitor(world):
    """The built-in station, connected."""
    return world.wait_for(lambda: [one for one in world.stations() if one.connected], timeout=30)[0]


@pytest.mark.world(WITH_STATION)
def test_all_three_links_carry_frames(world, visitor):
    links = world.links("sta0")
    assert [(link.link_id, link.use) for link in links] == [(0, LinkUse.ACTIVE), (1, LinkUse.ACTIVE), (2, LinkUse.ACTIVE)]
    assert [link.channel.width_mhz for link in links] == [20, 80, 160]


@pytest.mark.world(WITH_STATION)
def test_a_link_that_is_removed_goes_at_the_station_too(world, visitor):
    link = world.link("sta0", 1)
    asked = world.now
    world.forget_events()
    world.remove_ap_link("ap0", link_id=1, beacons=10)
    gone = world.wait_for_event("set_link", timeout=5, wdev=link.wdev, use=LinkUse.FREE)
    assert 0.8 < gone.time - asked < 1.2  # ten beacons
    assert world.interface("sta0").valid_links == (0, 2)
    assert world.station("visitor").connected


@pytest.mark.world(WITH_STATION)
def test_a_link_at_rest_comes_back(world, visitor):
    world.rest_link("ap0", link_id=2, seconds=300)
    world.wait_for(lambda: world.link("sta0", 2).use == LinkUse.DORMANT, timeout=5)
    world.run_for(290)
    assert world.interface("sta0").dormant_links == (2,)
    world.wait_for(lambda: not world.interface("sta0").dormant_links, timeout=20)
    assert world.link("sta0", 2).use in (LinkUse.ACTIVE, LinkUse.INACTIVE)


@pytest.mark.skipif("MLOSIM_WPA_SUPPLICANT" not in os.environ, reason="MLOSIM_WPA_SUPPLICANT names no wpa_supplicant with 802.11be")
@pytest.mark.world(AP_MLD)
def test_wpa_supplicant_takes_new_group_keys_of_each_link(world):
    with Station(world, "sta0", sae_pwe=1, country="DE") as station:
        station.connect("home", key_mgmt="SAE", sae_password=PASSWORD, ieee80211w=2, timeout=30)
        assert [link.use for link in world.links("sta0")] == [LinkUse.ACTIVE] * 3
        world.rekey("ap0")
        station.wait_event("MLO RSN: Group rekeying completed", timeout=5)
