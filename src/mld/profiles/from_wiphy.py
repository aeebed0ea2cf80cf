#!/usr/bin/env python3
"""from_wiphy.py NAME DESCRIPTION < ATTRIBUTES > NAME.json

Makes a radio profile of what a kernel says of a wiphy: every attribute of all parts of a split GET_WIPHY dump, one a line,
number and value in hex ("57 01ac0f00…"). What regulation adds (channel flags, power) is left out, except that the highest
power ever told can be given with --max-power; limits of single channels and the words that nl80211 does not tell
(scan style, survey, flags such as power_save) are for the author to complete.
"""
import argparse
import json
import re
import struct
import sys
from pathlib import Path

NAMES = (Path(__file__).resolve().parent.parent / "detail" / "profile_names.cc").read_text(encoding="utf-8")


def words(table):
    """A name table of detail/profile_names.cc, so that the two cannot differ."""
    body = re.search(r"%s\{(.*?)\};" % table, NAMES, re.S).group(1)
    return re.findall(r'"([^"]*)"', body)


COMMANDS, FEATURES, EXT_FEATURES = words(r"> commands"), words(r"> features"), words(r"> ext_features")
SUBTYPES, BSS, TYPES, WIDTHS = words("frame_subtypes"), words("bss_parameters"), words("interface_types"), words("channel_widths")
TRIGGERS = words("wowlan_triggers")
CIPHERS = {int(v, 16): n for n, v in re.findall(r'Suite\{"([^"]+)", (0x\w+)\}', NAMES.split("constexpr std::array akms")[0])}
BANDS = {0: "2.4 GHz", 1: "5 GHz", 3: "6 GHz", 4: "S1G"}


def attrs(data):
    at = 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        yield kind & 0x3FFF, data[at + 4:at + length]
        at += (length + 3) & ~3


def number(value):
    return int.from_bytes(value, "little")


def types(value):
    return [TYPES[k] for k, _ in attrs(value)]


def bits(mask, names):
    return [names[i] for i in range(len(names)) if mask >> i & 1 and names[i]]


def mhz(khz):
    return khz // 1000 if khz % 1000 == 0 else khz / 1000


def suite(selector):
    oui = selector >> 8
    return CIPHERS.get(selector, "%02x-%02x-%02x:%d" % (oui >> 16, oui >> 8 & 255, oui & 255, selector & 255))


def combination(value):
    found = dict(attrs(value))
    out = {"limits": [{"max": number(dict(attrs(x))[1]), "types": types(dict(attrs(x))[2])} for _, x in attrs(found[1])]}
    out["channels"] = number(found[4])
    out["max_interfaces"] = number(found[2])
    if 3 in found:
        out["beacon_interval_must_match"] = True
    if number(found.get(5, b"")):
        out["radar_detect_widths_mhz"] = bits(number(found[5]), WIDTHS)
    if number(found.get(6, b"")):
        out["radar_detect_regions"] = hex(number(found[6]))
    if 7 in found:
        out["beacon_interval_min_gcd"] = number(found[7])
    return out


def interface(value):
    found = dict(attrs(value))
    out = {"types": types(found[1])}
    for word, members in (("he", {"mac": 2, "phy": 3, "mcs": 4, "ppe": 5}), ("eht", {"mac": 8, "phy": 9, "mcs": 10, "ppe": 11}),
                          ("uhr", {"mac": 12, "phy": 13})):
        if members["mac"] in found:
            out[word] = {name: found[n].hex() for name, n in members.items()}
    if 6 in found:
        out["he_6ghz"] = "0x%04x" % number(found[6])
    return out


def band(parts, max_power):
    out, channels = {}, []
    for kind, value in parts:
        found = {1: lambda: channels.extend(v for _, v in attrs(value))}.get(kind)
        if found:
            found()
    got = {k: v for k, v in parts if k != 1}
    out["channels_mhz"] = [mhz(number(dict(attrs(c))[1]) * 1000 + number(dict(attrs(c)).get(20, b""))) for c in channels]
    if max_power:
        out["channel_limits"] = [{"max_power_dbm": max_power}]
    rates = [dict(attrs(r)) for _, r in attrs(got.get(2, b""))]
    out["rates_kbps"] = [number(r[1]) * 100 for r in rates]
    shorts = [number(r[1]) * 100 for r in rates if 2 in r]
    if shorts:
        out["short_preamble_rates_kbps"] = shorts
    if 4 in got:
        out["ht"] = {"capabilities": "0x%04x" % number(got[4]), "ampdu_factor": number(got[5]), "ampdu_density": number(got[6]),
                     "mcs": got[3].hex()}
    if 8 in got:
        out["vht"] = {"capabilities": "0x%08x" % number(got[8]), "mcs": got[7].hex()}
    if 13 in got:
        out["s1g"] = {"capabilities": got[13].hex(), "mcs": got[12].hex()}
    if 9 in got:
        out["interfaces"] = [interface(v) for _, v in attrs(got[9])]
    return out


def frames(tx, rx):
    out = {}
    for n, name in enumerate(TYPES):
        masks = []
        for table in (tx, rx):
            mask = 0
            for _, v in attrs(table.get(n, b"")):
                mask |= 1 << (number(v) >> 4)
            masks.append(mask)
        if masks != [0, 0]:
            out[name] = {"tx": "all" if masks[0] == 0xFFFF else bits(masks[0], SUBTYPES), "rx": bits(masks[1], SUBTYPES)}
    return out


def profile(name, description, found, max_power):
    one = {k: v[-1] for k, v in found.items()}
    num = lambda k: number(one.get(k, b""))
    flags = [w for w, k in (("multi_link", 315), ("ibss_rsn", 104), ("mesh_auth", 115), ("ap_uapsd", 130), ("firmware_roaming", 131),
                            ("tdls", 139), ("tdls_external_setup", 140), ("control_port_protocol", 102), ("offchannel_tx", 108),
                            ("remain_on_channel", 111), ("channel_switch", 206), ("self_managed_regulatory", 216)) if k in one]
    out = {"name": name, "description": description, "flags": flags,
           "scan": {"style": "hardware", "max_ssids": num(43), "max_ie_length": num(56)},
           "scheduled_scan": {"max_requests": num(256), "max_ssids": num(123), "max_ie_length": num(124), "max_match_sets": num(133),
                              "max_plans": num(222), "max_plan_interval_s": num(223), "max_plan_iterations": num(224)},
           "survey": "none", "retry": {"short": num(61), "long": num(62)}, "fragmentation_threshold": None, "rts_threshold": None,
           "max_pmkids": num(86), "max_akms_per_connection": num(316), "max_remain_on_channel_ms": num(111), "max_csa_counters": num(206),
           "antennas": {"tx": hex(num(113)), "rx": hex(num(114))}, "channel_contexts": 1,
           "addresses": [hex(v[0] ^ one[6][0]) for _, v in attrs(one[166])] if 166 in one else ["0x0"],
           "ciphers": [suite(s) for (s,) in struct.iter_unpack("=I", one[57])],
           "interface_types": types(one[32]), "software_interface_types": types(one[121]),
           "interface_combinations": [combination(v) for _, v in attrs(one[120])],
           "management_frames": frames(dict(attrs(one[99])), dict(attrs(one[100]))),
           "commands": [COMMANDS[number(v)] for _, v in attrs(one[50])],
           "features": [f for f in bits(num(143), FEATURES) if f != "advertise_chan_limits"],
           "ext_features": bits(num(217), EXT_FEATURES),
           "bss_parameters": [BSS[[28, 29, 30, 36, 96, 109, 162, 163].index(k)] for k, _ in attrs(one.get(341, b""))],
           "ht_override_mask": one[148].hex(), "vht_override_mask": one[176].hex(),
           "extended_capabilities": {"value": one[169].hex(), "mask": one[170].hex()}}
    extended = []
    for value in found.get(230, []):
        for _, item in attrs(value):
            e = dict(attrs(item))
            extended.append({"type": TYPES[number(e[5])], "value": e[169].hex(), "mask": e[170].hex(),
                             "eml": "0x%04x" % number(e.get(317, b"")), "mld": "0x%04x" % number(e.get(318, b""))})
    out["interface_extended_capabilities"] = extended
    if 118 in one:
        w = dict(attrs(one[118]))
        out["wowlan"] = {"triggers": [TRIGGERS[k] for k in w if k < len(TRIGGERS) and TRIGGERS[k]]}
        if 4 in w:
            out["wowlan"]["patterns"] = dict(zip(("max", "min_length", "max_length", "max_offset"), struct.unpack("=4I", w[4])))
        if 18 in w:
            out["wowlan"]["net_detect_match_sets"] = number(w[18])
    if 300 in one:
        s = dict(attrs(one[300]))
        out["sar"] = {"type": number(s[1]), "ranges": [{"from_mhz": number(dict(attrs(r))[3]), "to_mhz": number(dict(attrs(r))[4])}
                                                       for _, r in attrs(s[2])]}
    for word, k in (("vendor_commands", 197), ("vendor_events", 198)):
        if k in one:
            out[word] = [{"oui": "0x%06x" % struct.unpack("=II", v)[0], "subcommand": struct.unpack("=II", v)[1]} for _, v in attrs(one[k])]
    if 266 in one:
        stats = dict(attrs(one[265])) if 265 in one else {}
        out["transmit_queues"] = {"packets": num(266), "memory_bytes": num(267), "quantum_bytes": num(268),
                                  "max_flows": number(stats.get(11, b""))}
    if 306 in one:
        m = dict(attrs(one[306]))
        out["mbssid"] = {"max_interfaces": number(m[1]), "max_ema_periodicity": number(m.get(2, b""))}
    parts = {}
    for value in found[22]:
        for n, b in attrs(value):
            parts.setdefault(n, []).extend(attrs(b))
    out["bands"] = {BANDS[n]: band(p, max_power) for n, p in parts.items() if n in BANDS}
    return out


def text(value, indent=0, width=110):
    """JSON that people can read: what fits stays on one line, long lists are filled."""
    flat = json.dumps(value, ensure_ascii=False)
    if len(flat) + indent <= width or not isinstance(value, (dict, list)):
        return flat
    pad = " " * (indent + 4)
    if isinstance(value, dict):
        items = ["%s: %s" % (json.dumps(k), text(v, indent + 4, width)) for k, v in value.items()]
        return "{\n" + ",\n".join(pad + i for i in items) + "\n" + " " * indent + "}"
    if any(isinstance(v, (dict, list)) for v in value):
        return "[\n" + ",\n".join(pad + text(v, indent + 4, width) for v in value) + "\n" + " " * indent + "]"
    lines, line = [], ""
    for v in value:
        item = json.dumps(v, ensure_ascii=False)
        if line and len(pad) + len(line) + len(item) + 2 > width:
            lines.append(line)
            line = ""
        line += (", " if line else "") + item
    lines.append(line)
    return "[\n" + ",\n".join(pad + x for x in lines) + "\n" + " " * indent + "]"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name")
    parser.add_argument("description")
    parser.add_argument("--max-power", type=int, default=0, metavar="DBM")
    options = parser.parse_args()
    found = {}
    for line in sys.stdin:
        kind, _, value = line.strip().partition(" ")
        if kind:
            found.setdefault(int(kind), []).append(bytes.fromhex(value))
    print(text(profile(options.name, options.description, found, options.max_power)))


main()
