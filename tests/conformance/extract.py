#!/usr/bin/env python3
"""extract.py CAPTURE.pcap "WHAT" [connection [WITHOUT-FROM WITHOUT-TO]] > FLOW.txt

Makes a flow that iw_conformance can play of a recording of netlink (nlmon, link type 253): the requests that programs sent, byte
for byte, and what the kernel answered and announced. One line a message:

    TIME DIRECTION PROTOCOL DATAGRAM TYPE FLAGS SEQ PORT BODY

TIME in microseconds since the first message; DIRECTION > request, < answer, * announcement; PROTOCOL r(oute) or g(eneric);
DATAGRAM counts, so that messages of one datagram show; the rest in hex. A body that was there before is =N, N the line it was on
(from 1, comments not counted), and AABB=N one that begins with AABB and goes on as that one does after as many bytes. nlmon shows an announcement once for each listener; here it stands once. With "connection" only what connection_conformance plays stays:
no nlctrl, and of answers only acknowledgements; what happened between the two times (microseconds) is left out.
"""
import struct
import sys

REQUEST = 1
PROTOCOLS = {0: "r", 16: "g"}
# Hex digits of genlmsghdr, WIPHY, WIPHY_NAME and GENERATION, with which every message of a wiphy begins.
HEAD = 64
NLCTRL = 16
ACKNOWLEDGEMENT = 2
# Copies for other listeners may come a little later, after other announcements.
LATE = 50000
CONTROL = 16  # the lowest type that is not netlink's own


def messages(path):
    data = open(path, "rb").read()
    order = "<" if data[:4] in (b"\xd4\xc3\xb2\xa1", b"\x4d\x3c\xb2\xa1") else ">"
    at, number = 24, 0
    while at + 16 <= len(data):
        seconds, micros, kept, _ = struct.unpack_from(order + "IIII", data, at)
        packet = data[at + 16:at + 16 + kept]
        at += 16 + kept
        number += 1
        protocol, = struct.unpack(">H", packet[14:16])
        rest = packet[16:]
        while len(rest) >= 16:
            length, kind, flags, seq, port = struct.unpack_from("=IHHII", rest)
            if length < 16:
                break
            yield seconds * 1000000 + micros, number, protocol, kind, flags, seq, port, rest[16:length]
            rest = rest[(length + 3) & ~3:]


def direction(kind, flags, seq, port):
    if kind >= CONTROL and flags & REQUEST:
        return ">"
    return "*" if seq == 0 and port == 0 and kind >= CONTROL else "<"


def main():
    path, what = sys.argv[1], sys.argv[2]
    only_connection = sys.argv[3:4] == ["connection"]
    without = range(*map(int, sys.argv[4:6])) if len(sys.argv) > 4 else ()
    print("# %s\n# Recorded on Linux 7.2.13 with mac80211_hwsim and Debian sid's %s; from %s" % (what, "hostapd and wpa_supplicant 2.11" if only_connection else "iw 6.17", path.split("/")[-1]))
    start, line, last, datagram, datagrams, seen, tails, announced, told = None, 0, None, 0, {}, {}, {}, None, {}
    for time, number, protocol, kind, flags, seq, port, body in messages(path):
        if protocol not in PROTOCOLS:
            continue
        start = time if start is None else start
        if time - start in without:
            continue
        way = direction(kind, flags, seq, port)
        if only_connection and (kind == NLCTRL and protocol == 16 or way == "<" and kind != ACKNOWLEDGEMENT):
            continue
        if way == "*":
            what_is_told = (protocol, kind, body)
            copy = announced == what_is_told or only_connection and time - told.get(what_is_told, time - LATE) < LATE
            announced = what_is_told
            told[what_is_told] = time
            if copy:
                continue
        elif way == ">":
            announced = None
        if number not in datagrams:
            datagram += 1
            datagrams[number] = datagram
        line += 1
        text = body.hex() or "-"
        if len(text) > 16 and text in seen:
            text = "=%d" % seen[text]
        elif text[HEAD:] in tails:
            text = "%s=%d" % (text[:HEAD], tails[text[HEAD:]])
        else:
            seen[text] = line
            if len(text) > HEAD + 8:
                tails[text[HEAD:]] = line
        print("%d %s %s %d %x %x %x %x %s" % (time - start, way, PROTOCOLS[protocol], datagrams[number], kind, flags, seq, port, text))


main()
