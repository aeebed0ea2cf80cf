"""A program for the shim, `python3 -m harness.interfaces`: what nl80211 says of each interface, decoded from the raw attributes
and written as JSON. MLO_LINK_INFO has the number that the patch for link wdevs gave it."""
import json
import struct

from harness.netlink import GenericSocket, attributes

GET_INTERFACE = 5
IFINDEX, IFNAME, IFTYPE, MAC, WIPHY_FREQ, WDEV = 3, 4, 5, 6, 38, 153
EHT_CAPABILITY = 310
MLO_LINK_INFO = EHT_CAPABILITY + 1
MLO_LINKS, MLO_LINK_ID, BSSID = 312, 313, 245
LINK_INFO_WDEV = 1


def u32(payload):
    return struct.unpack("=I", payload)[0]


def u64(payload):
    return struct.unpack("=Q", payload)[0]


def link_of(payload):
    parts = dict(attributes(payload))
    link = {"link_id": parts[MLO_LINK_ID][0], "address": parts[MAC].hex(":")}
    if WIPHY_FREQ in parts:
        link["frequency_mhz"] = u32(parts[WIPHY_FREQ])
    return link


READERS = {
    IFINDEX: ("ifindex", u32), IFNAME: ("ifname", lambda p: p.rstrip(b"\0").decode()), IFTYPE: ("iftype", u32),
    MAC: ("address", lambda p: p.hex(":")), WIPHY_FREQ: ("frequency_mhz", u32), WDEV: ("wdev", u64),
    BSSID: ("bssid", lambda p: p.hex(":")), MLO_LINK_ID: ("link_id", lambda p: p[0]),
    MLO_LINKS: ("mlo_links", lambda p: [link_of(link) for _, link in attributes(p)]),
    MLO_LINK_INFO: ("link_wdevs", lambda p: [u64(dict(attributes(link))[LINK_INFO_WDEV]) for _, link in attributes(p)]),
}


def main():
    kernel = GenericSocket()
    family, _ = kernel.family("nl80211")
    interfaces = []
    for answer in kernel.ask(family, GET_INTERFACE, dump=True):
        told = {}
        for kind, payload in attributes(answer[4:]):
            if kind in READERS:
                name, read = READERS[kind]
                told[name] = read(payload)
        interfaces.append(told)
    print(json.dumps(interfaces))


if __name__ == "__main__":
    main()
