"""Reads the protected data frames of an MLD's connection off the air, with nothing but the PMK and the capture: a reader of its
own, beside the daemon's ciphers. The keys come from the four-way handshake and its MLO KDEs (802.11be 12.7.2, 12.7.6), the
MLDs' addresses take the links' places in what CCMP authenticates (12.5.2.3)."""
import collections
import hashlib
import hmac
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESCCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

OUI = bytes.fromhex("000fac")
MAC_ADDRESS_KDE, MLO_GTK_KDE, MLO_LINK_KDE = 3, 16, 19
PAIRWISE, GROUP = "pairwise", "group"

Packet = collections.namedtuple("Packet", "frequency_mhz frame")
Opened = collections.namedtuple("Opened", "link_id direction kind packet_number payload")


def packets(path):
    """The enhanced packet blocks of a little-endian pcapng file, without their radiotap headers."""
    data = path.read_bytes()
    place = 0
    while place + 12 <= len(data):
        kind, length = struct.unpack_from("<II", data, place)
        if kind == 6:
            captured = struct.unpack_from("<I", data, place + 20)[0]
            yield without_radiotap(data[place + 28:place + 28 + captured])
        place += length


def without_radiotap(packet):
    length, present = struct.unpack_from("<HI", packet, 2)
    place = 8
    if present & 1:  # TSFT
        place = 16
    if present & 2:  # flags
        place += 1
    if present & 4:  # rate
        place += 1
    place += place % 2
    return Packet(struct.unpack_from("<H", packet, place)[0] if present & 8 else 0, packet[length:])


def key_derivation(key, label, context, bits):
    """KDF-SHA-256 of 802.11-2020 12.7.1.6.2."""
    result = b""
    for round_number in range(1, (bits + 255) // 256 + 1):
        text = struct.pack("<H", round_number) + label + context + struct.pack("<H", bits)
        result += hmac.new(key, text, hashlib.sha256).digest()
    return result[:bits // 8]


def kdes(data):
    place = 0
    while place + 2 <= len(data) and not (data[place] == 0xDD and data[place + 1] == 0):
        length = data[place + 1]
        if data[place] == 0xDD and data[place + 2:place + 5] == OUI:
            yield data[place + 5], data[place + 6:place + 2 + length]
        place += 2 + length


class Header:
    """Of a data frame: what is where."""

    def __init__(self, frame):
        self.control = struct.unpack_from("<H", frame)[0]
        self.addresses = [frame[i:i + 6] for i in (4, 10, 16)]
        self.sequence_control = struct.unpack_from("<H", frame, 22)[0]
        self.qos = struct.unpack_from("<H", frame, 24)[0] if self.control & 0x80 else None
        self.length = 24 + (2 if self.qos is not None else 0) + (4 if self.qos is not None and self.control & 0x8000 else 0)

    @property
    def is_data(self):
        return self.control & 0x0C == 0x08 and not self.control & 0x40

    @property
    def protected(self):
        return bool(self.control & 0x4000)

    @property
    def to_group(self):
        return bool(self.addresses[0][0] & 1)


class Connection:
    """One station MLD at one AP MLD, as the four-way handshake and its renewals tell it."""

    def __init__(self, pmk):
        self.pmk = pmk
        self.nonces = [b"", b""]
        self.mlds = [b"", b""]  # the authenticator's, the supplicant's
        self.links = {}  # link address: (link ID, its MLD's address)
        self.temporal_keys = []
        self.key_encryption_key = b""
        self.group_keys = collections.defaultdict(list)  # link ID: keys

    def hear(self, header, key_frame):
        """An EAPOL-Key frame, from the descriptor type on."""
        information = struct.unpack_from(">H", key_frame, 1)[0]
        nonce, data = key_frame[13:45], key_frame[95:]
        data = data[:struct.unpack_from(">H", key_frame, 93)[0]]
        pairwise, from_station = bool(information & 8), not information & 0x80
        if information & 0x1000:
            data = aes_key_unwrap(self.key_encryption_key, data)
        found = list(kdes(data))
        if pairwise:
            side = int(from_station)
            self.nonces[side] = nonce if any(nonce) else self.nonces[side]
            for kind, value in found:
                if kind == MAC_ADDRESS_KDE:
                    self.mlds[side] = value
                elif kind == MLO_LINK_KDE:
                    self.links[value[1:7]] = (value[0] & 0x0F, self.mlds[side])
            if from_station and any(nonce):
                self.derive()
        for kind, value in found:
            if kind == MLO_GTK_KDE:
                self.group_keys[value[0] >> 4].append(value[7:])
        # The station names its links but the one that it associated on, which is where its frames come from.
        receiver, transmitter = header.addresses[:2]
        if from_station and transmitter not in self.links and receiver in self.links:
            self.links[transmitter] = (self.links[receiver][0], self.mlds[1])

    def derive(self):
        context = b"".join(sorted(self.mlds)) + b"".join(sorted(self.nonces))
        keys = key_derivation(self.pmk, b"Pairwise key expansion", context, 384)
        self.key_encryption_key = keys[16:32]
        self.temporal_keys.append(keys[32:48])

    def open(self, frame):
        """What one of its frames carries, or None where no key of the connection fits."""
        header = Header(frame)
        transmitter = header.addresses[1]
        link_id, mld = self.links[transmitter]
        addresses = header.addresses
        keys = self.group_keys[link_id]
        if not header.to_group:
            addresses = [self.links[address][1] if address in self.links else address for address in addresses]
            keys = self.temporal_keys
        # Subtype, retry, power management, more data, and the order bit of QoS frames may change on the way.
        control = header.control & ~0x3870 & (0xFFFF if header.qos is None else 0x7FFF)
        tid = (header.qos or 0) & 0x0F
        authenticated = struct.pack("<H", control) + b"".join(addresses) + struct.pack("<H", header.sequence_control & 0x0F)
        if header.qos is not None:
            authenticated += bytes([tid, 0])
        ccmp = frame[header.length:header.length + 8]
        packet_number = bytes([ccmp[7], ccmp[6], ccmp[5], ccmp[4], ccmp[1], ccmp[0]])
        nonce = bytes([tid]) + addresses[1] + packet_number
        for key in reversed(keys):
            try:
                payload = AESCCM(key, tag_length=8).decrypt(nonce, frame[header.length + 8:], authenticated)
            except InvalidTag:
                continue
            direction = "down" if mld == self.mlds[0] else "up"
            return Opened(link_id, direction, GROUP if header.to_group else PAIRWISE, int.from_bytes(packet_number, "big"), payload)
        return None


def opened_frames(path, pmk):
    """Every protected data frame in the file with what it carries, and those that did not open."""
    connection = Connection(pmk)
    opened, closed = [], []
    for packet in packets(path):
        header = Header(packet.frame) if len(packet.frame) >= 26 else None
        if header is None or not header.is_data:
            continue
        body = packet.frame[header.length:]
        if header.protected:
            result = connection.open(packet.frame) if connection.links else None
            (opened if result else closed).append((packet.frequency_mhz, result))
            body = result.payload if result else b""
        if body[6:8] == b"\x88\x8e" and body[9:10] == b"\x03":
            connection.hear(header, body[12:])
    return opened, closed
