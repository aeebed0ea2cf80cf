"""Management frames of a real kernel's connection, broken in every way a length can be wrong, sent through a monitor interface:
a program for the shim, `python3 -m harness.broken_frames MONITOR COUNT SEED AP STATION`, that says how many it sent.

The bodies are those of tests/data/frames; the addresses are those of the connection at hand, now from the access point to the
station, now from the station, now from somebody whom nobody knows."""
import pathlib
import random
import socket
import struct
import sys
import time

FRAMES = pathlib.Path(__file__).resolve().parents[2] / "data" / "frames"
RADIOTAP = bytes([0, 0, 8, 0, 0, 0, 0, 0])
HEADER = 24
BROADCAST = b"\xff" * 6
BEACON, PROBE_RESPONSE, ACTION = 8, 5, 13
# What a station or an access point acts upon, however it came by it, if only it is not protected: an element that tells of
# another channel moves a connection on a kernel too, and is no test of what is broken.
CHANNEL_SWITCH_ELEMENTS = (37, 60, 62)
FROM_ACCESS_POINTS = (1, 3, PROBE_RESPONSE, BEACON)
FROM_STATIONS = (0, 2, 4)


def recorded():
    """Frames of the captures, without those that are encrypted."""
    found = []
    for file in sorted(FRAMES.glob("*.hex")):
        for line in file.read_text().splitlines():
            if line and not line.startswith("#"):
                frame = bytes.fromhex(line.strip())
                if not frame[1] & 0x40 and len(frame) > HEADER:
                    found.append(frame)
    return found


def broken_body(dice, body, fixed):
    """One to three wounds: cut off, a length that lies, octets of chance, elements doubled or swapped."""
    body = bytearray(body)
    for _ in range(dice.randint(1, 3)):
        kind = dice.randrange(6)
        if kind == 0:
            del body[dice.randrange(len(body) + 1):]
        elif kind == 1 and len(body) > fixed + 2:
            starts = element_starts(body, fixed)
            if starts:
                body[dice.choice(starts) + 1] = dice.choice((0, 1, 254, 255, dice.randrange(256)))
        elif kind == 2 and body:
            for _ in range(dice.randint(1, 8)):
                body[dice.randrange(len(body))] = dice.randrange(256)
        elif kind == 3:
            body += dice.randbytes(dice.randrange(1, 300))
        elif kind == 4:
            starts = element_starts(body, fixed)
            if starts:
                at = dice.choice(starts)
                body += body[at:at + 2 + body[at + 1]]
        else:
            body = body[:fixed] + b"".join(element(dice) for _ in range(dice.randrange(20)))
    return bytes(body[:1400])


def element(dice):
    octets = dice.randbytes(dice.choice((0, 1, 2, 5, 26, 255)))
    number = dice.choice((0, 1, 3, 5, 7, 45, 48, 61, 71, 127, 191, 192, 195, 201, 221, 244, 255, dice.randrange(256)))
    if number == 255 and octets:
        octets = bytes([dice.choice((35, 36, 38, 56, 59, 87, 106, 107, 108))]) + octets[1:]
    return bytes([number, dice.choice((len(octets), len(octets), dice.randrange(256)))]) + octets


def element_starts(body, at):
    starts = []
    while at + 2 <= len(body):
        starts.append(at)
        at += 2 + body[at + 1]
    return starts


def moves_the_connection(subtype, body, fixed):
    return subtype in (BEACON, PROBE_RESPONSE) and any(body[at] in CHANNEL_SWITCH_ELEMENTS for at in element_starts(body, fixed))


FIXED = {0: 4, 1: 6, 2: 10, 3: 6, 4: 0, 5: 12, 8: 12, 10: 2, 11: 6, 12: 2, 13: 2}


def broken(dice, frames, ap, station):
    """A frame and whether it goes to the station."""
    while True:
        frame = dice.choice(frames)
        subtype = frame[0] >> 4
        fixed = FIXED.get(subtype, 0)
        body = broken_body(dice, frame[HEADER:], fixed)
        stranger = b"\x02\x99" + dice.randbytes(4)
        down = subtype in FROM_ACCESS_POINTS or (subtype not in FROM_STATIONS and dice.randrange(2) == 0)
        if subtype == ACTION and body[:1] and body[0] in (0, 4) and down:
            continue  # channel switch announcements, which nothing protects here
        if moves_the_connection(subtype, body, fixed):
            continue
        if down:
            to, by, bssid = (BROADCAST if subtype == BEACON else station), dice.choice((ap, ap, stranger)), ap
            if by != ap:
                bssid = by
        else:
            # A good request with the station's own address is a new beginning, not a broken frame.
            by = stranger if subtype in FROM_STATIONS or subtype == 11 else dice.choice((station, stranger))
            to, bssid = ap, ap
        head = frame[:4] + to + by + bssid + struct.pack("<H", dice.randrange(65536) & 0xfff0)
        whole = head + body
        if dice.randrange(30) == 0:
            whole = whole[:dice.randrange(8, HEADER)]
        return whole


def main():
    monitor, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    ap, station = (bytes.fromhex(text.replace(":", "")) for text in sys.argv[4:6])
    dice = random.Random(seed)
    frames = recorded()
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
    out.bind((monitor, 0))
    for number in range(count):
        out.send(RADIOTAP + broken(dice, frames, ap, station))
        if number % 10 == 9:
            time.sleep(0.02)  # at 1 Mb/s the air takes no more
    print("sent", count)


if __name__ == "__main__":
    main()
