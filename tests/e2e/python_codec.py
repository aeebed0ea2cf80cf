#!/usr/bin/env python3
"""Package mlosim (python/mlosim): its numbers, and its netlink codec, against good and bad bytes. Needs no daemon."""
import random
import re
import struct
import sys
import unittest

from harness import programs, tap

sys.path.insert(0, str(programs.SOURCE / "python"))

from mlosim import family, netlink, uapi, wire  # noqa: E402
from mlosim.netlink import Malformed  # noqa: E402
from mlosim.uapi import Attr  # noqa: E402

HEADER = programs.SOURCE / "src/netlink/mlosim_uapi.h"


class Numbers(unittest.TestCase):
    def test_are_those_of_the_header(self):
        text = re.sub(r"/\*.*?\*/", "", HEADER.read_text(), flags=re.S)
        classes = {"mlosim_command": (uapi.Command, "CMD"), "mlosim_attr": (uapi.Attr, "ATTR"), "mlosim_counter": (uapi.Counter, "COUNTER"),
                   "mlosim_clock_mode": (uapi.ClockMode, "CLOCK"), "mlosim_dialect": (uapi.Dialect, "DIALECT"),
                   "mlosim_netdev_backend": (uapi.NetdevBackend, "NETDEV"), "mlosim_station_state": (uapi.StationState, "STATION"),
                   "mlosim_state": (uapi.State, "STATE"), "mlosim_link_use": (uapi.LinkUse, "LINK")}
        enums = dict(re.findall(r"enum (\w+) \{(.*?)\};", text, re.S))
        self.assertEqual(set(enums), set(classes))
        for name, (numbers, prefix) in classes.items():
            members = [one.strip() for one in enums[name].split(",")]
            known = [one.removeprefix(f"MLOSIM_{prefix}_") for one in members if one and not one.startswith("__") and "_MAX" not in one]
            self.assertEqual([one.name for one in numbers], known, name)
            self.assertEqual([one.value for one in numbers], list(range(len(known))), name)

    def test_each_attribute_has_a_form(self):
        forms = set(family._READERS)
        self.assertEqual({one for one in Attr if one not in forms}, {Attr.UNSPEC})

    def test_the_wire_is_that_of_its_header(self):
        text = (programs.SOURCE / "src/host/wire.h").read_text()
        sizes = dict(re.findall(r"sizeof\((mlosim_\w+)\) == (\d+)", text))
        for structure, packed in (("hello", wire.HELLO), ("welcome", wire.WELCOME), ("datagram", wire.DATAGRAM_HEADER), ("call", wire.CALL),
                                  ("answer", wire.ANSWER)):
            self.assertEqual(int(sizes[f"mlosim_{structure}"]), packed.size, structure)
        self.assertIn(f"MLOSIM_WIRE_MAGIC {wire.MAGIC:#x}u", text)
        self.assertIn(f"MLOSIM_WIRE_VERSION {wire.VERSION}u", text)


class Codec(unittest.TestCase):
    def test_messages_survive_the_way_there_and_back(self):
        sent = [netlink.Message(17, 5, 42, 7, b"\1\2\3"), netlink.Message(3, 2, 43, 0, b""), netlink.Message(900, 0, 1, 0, bytes(4000))]
        self.assertEqual(netlink.messages(b"".join(one.pack() for one in sent)), sent)

    def test_attributes_survive_the_way_there_and_back(self):
        for payload in (b"", b"\0", b"abcd", bytes(range(255)), bytes(netlink.LONGEST_ATTRIBUTE)):
            packed = netlink.attribute(5, payload)
            self.assertEqual(len(packed) % 4, 0)
            self.assertEqual(list(netlink.attributes(packed)), [(5, payload)])

    def test_fields_of_requests_survive_the_way_there_and_back(self):
        fields = {"TIME": 2**63 - 1, "RADIO": 3, "LINK_ID": 14, "TX_POWER": -7, "TEXT": "drop_frame frame=auth über", "MAC": "02:00:00:00:0a:ff",
                  "DISASSOCIATE": True, "TARGETS": ["02:00:00:00:00:01", "02:00:00:00:00:02"]}
        self.assertEqual(family.decode(list(netlink.attributes(family.encode(fields)))), fields)
        self.assertEqual(family.encode({"RADIO": None, "DISASSOCIATE": False}), b"")

    def test_values_that_do_not_fit_are_refused(self):
        for fields, why in (({"RADIO": 1 << 32}, "too large"), ({"LINK_ID": -1}, "too small"), ({"MAC": "02:00"}, "half an address"),
                            ({"MAC": "no address"}, "no address"), ({"COUNTERS": {}}, "only in answers"), ({"TEXT": "x" * 70000}, "too long")):
            with self.subTest(why), self.assertRaises(ValueError):
                family.encode(fields)
        with self.assertRaises(KeyError):
            family.encode({"NONSENSE": 1})

    def test_what_is_unknown_stays_bytes(self):
        unknown = len(Attr) + 100
        self.assertEqual(family.decode([(unknown, b"\1\2")]), {f"UNKNOWN_{unknown}": b"\1\2"})

    BAD_DATAGRAMS = [
        (b"\1", "no header"),
        (struct.pack("=IHHII", 15, 1, 0, 0, 0), "shorter than its header"),
        (struct.pack("=IHHII", 17, 1, 0, 0, 0), "longer than the datagram"),
        (struct.pack("=IHHII", 0, 1, 0, 0, 0), "no length: reading would never end"),
        (struct.pack("=IHHII", 0xFFFFFFFF, 1, 0, 0, 0), "a length beyond all bounds"),
        (netlink.Message(1).pack() + b"\0\0\0", "stray octets"),
    ]

    def test_bad_datagrams_are_refused(self):
        for data, why in self.BAD_DATAGRAMS:
            with self.subTest(why), self.assertRaises(Malformed):
                netlink.messages(data)

    BAD_ATTRIBUTES = [
        (b"\4", "no header"),
        (struct.pack("=HH", 3, 1), "shorter than its header"),
        (struct.pack("=HH", 0, 1), "no length: reading would never end"),
        (struct.pack("=HH", 5, 1), "longer than what is there"),
        (netlink.attribute(1, b"") + b"\0\0", "stray octets"),
        (netlink.attribute(1, b"12345")[:9] + b"", "none: the last one's padding may be missing"),
    ]

    def test_bad_attributes_are_refused(self):
        for data, why in self.BAD_ATTRIBUTES[:-1]:
            with self.subTest(why), self.assertRaises(Malformed):
                list(netlink.attributes(data))
        self.assertEqual(list(netlink.attributes(self.BAD_ATTRIBUTES[-1][0])), [(1, b"12345")])

    BAD_VALUES = [
        (Attr.TIME, bytes(4), "half a number"), (Attr.RADIO, bytes(5), "a number and more"), (Attr.LINK_ID, b"", "no number"),
        (Attr.MAC, bytes(5), "half an address"), (Attr.LINKS, b"\1\0", "no nest"), (Attr.LINKS, netlink.attribute(1, bytes(4)), "half a wdev"),
        (Attr.COUNTERS, netlink.attribute(1, bytes(4)), "half a counter"), (Attr.STATION_LINKS, netlink.attribute(1, b"\7"), "no link"),
    ]

    def test_bad_values_are_refused(self):
        for kind, payload, why in self.BAD_VALUES:
            with self.subTest(why), self.assertRaises(Malformed):
                family.decode([(kind, payload)])

    def test_bad_acknowledgements_are_refused(self):
        error = netlink.NLMSG_ERROR
        for message, why in ((netlink.Message(error, 0, 1, 0, b"\0\0"), "half a code"), (netlink.Message(error, 0, 1, 0, struct.pack("=i", 22)), "a positive code"),
                             (netlink.Message(error, netlink.NLM_F_ACK_TLVS, 1, 0, struct.pack("=i", -22)), "no request's header"),
                             (netlink.Message(error, netlink.NLM_F_ACK_TLVS, 1, 0, struct.pack("=iIHHII", -22, 900, 1, 1, 1, 1)), "half a request")):
            with self.subTest(why), self.assertRaises(Malformed):
                message.error()

    def test_an_extended_acknowledgement_is_told(self):
        request = netlink.generic_request(30, 1, 9, netlink.number(3, "I", 1)).pack()
        more = netlink.string(netlink.NLMSGERR_ATTR_MSG, "no such radio") + netlink.number(netlink.NLMSGERR_ATTR_OFFS, "I", 20)
        for flags, quoted in ((netlink.NLM_F_ACK_TLVS, request), (netlink.NLM_F_ACK_TLVS | netlink.NLM_F_CAPPED, request[:16])):
            error = netlink.Message(netlink.NLMSG_ERROR, flags, 9, 1, struct.pack("=i", -19) + quoted + more).error()
            self.assertEqual((error.name, error.text, error.offset), ("ENODEV", "no such radio", 20))

    def test_no_bytes_are_more_than_malformed(self):
        chance = random.Random(1)
        good = family.encode({"TIME": 5, "TEXT": "x", "MAC": "02:00:00:00:00:00", "TARGETS": ["02:00:00:00:00:01"]})
        base = netlink.generic_request(30, 4, 1, good).pack()
        refused = 0
        for _ in range(20000):
            data = bytearray(base)
            for _ in range(chance.randrange(1, 6)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            del data[chance.randrange(len(data)):]
            try:
                for message in netlink.messages(bytes(data)):
                    message.error()
                    family.decode(message.generic().attributes)
            except Malformed:
                refused += 1
        self.assertGreater(refused, 1000)


tap.main()
