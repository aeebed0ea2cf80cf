"""Message 3 of the 4-way handshake is lost in the air; hostapd sends it again after 100 ms."""
from mlosim.hostap import AccessPoint, Station, wpa2, wpa2_network

# The radio tries a data frame seven times. The first of the access point's data frames is message 1, which comes through.
LOSE_MESSAGE_3 = "drop_frame frame=data from=r0 skip=1 times=7"


def messages_sent(ap, number):
    """When it sent that message of the handshake, by hostapd's own clock, which stands in front of each line of its output."""
    return [float(line.text.split(":")[0]) for line in ap.program.lines if f"sending {number}/4 msg" in line.text]


def test_the_third_message_is_sent_again(world):
    with AccessPoint(world, "wlan0", ssid="home", **wpa2("secret phrase")) as ap, Station(world, "wlan1") as station:
        world.inject_fault(LOSE_MESSAGE_3)
        station.connect("home", scan_freq=2437, timeout=10, **wpa2_network("secret phrase"))
        ap.wait_station(station.address)
        first, second = messages_sent(ap, 3)
        assert 0.09 < second - first < 0.2  # hostapd's first time-out
        assert len(messages_sent(ap, 1)) == 1
        assert world.faults() == []  # it has been used up


def test_nothing_is_sent_twice_without_the_fault(world):
    with AccessPoint(world, "wlan0", ssid="home", **wpa2("secret phrase")) as ap, Station(world, "wlan1") as station:
        station.connect("home", scan_freq=2437, timeout=10, **wpa2_network("secret phrase"))
        ap.wait_station(station.address)
        assert len(messages_sent(ap, 3)) == 1
