"""A small wmediumd: a program for the shim, `python3 -m harness.medium WAY RADIO...`, that carries frames between the radios
of those addresses. WAY: `carries`; `third-try`, where each frame to one station is lost twice before it arrives; `silent`,
where nothing arrives. Says "medium" when it is the medium, and at its end (end its input) what it did, one "NAME COUNT" a line."""
import errno
import os
import select
import struct
import sys

from harness.netlink import NLM_F_REQUEST, NLMSG_ERROR, GenericSocket, attribute, attributes, genl, messages

REGISTER, FRAME, TX_INFO_FRAME, ADD_MAC_ADDR, DEL_MAC_ADDR = 1, 2, 3, 7, 8
ADDR_RECEIVER, ADDR_TRANSMITTER, ATTR_FRAME, FLAGS, RX_RATE, SIGNAL, TX_INFO, COOKIE = range(1, 9)
FREQ = 19
CTL_REQ_TX_STATUS, CTL_NO_ACK, STAT_ACK = 1, 2, 4
DBM = -47


class Medium:
    def __init__(self, way, radios):
        self.way = way
        self.netlink = GenericSocket()
        self.netlink.socket.setsockopt(1, 33, 1 << 20)  # SOL_SOCKET, SO_RCVBUFFORCE
        self.family, _ = self.netlink.family("MAC80211_HWSIM")
        # A radio's own interface has the address without the bit that marks the medium's.
        self.radios = {radio: {bytes([radio[0] & ~0x40]) + radio[1:]} for radio in radios}
        self.counts = dict.fromkeys(("sent", "carried", "acknowledged", "lost", "addresses", "refused"), 0)
        self.sequence = 0
        self.netlink.ask(self.family, REGISTER)

    def send(self, command, *parts):
        self.sequence += 1
        payload = b"".join(attribute(kind, data) for kind, data in parts)
        self.netlink.socket.sendto(genl(self.family, command, NLM_F_REQUEST, self.sequence, payload), (0, 0))

    def take(self):
        for kind, _, _, body in messages(self.netlink.socket.recv(1 << 17)):
            if kind == NLMSG_ERROR:
                # A radio that listens elsewhere refuses the frame: so it is with every kernel.
                code = struct.unpack_from("=i", body)[0]
                if code == -errno.EINVAL:
                    self.counts["refused"] += 1
                elif code != 0:
                    raise OSError(-code, os.strerror(-code))
            elif kind == self.family:
                self.handle(body[0], dict(attributes(body[4:])))

    def handle(self, command, given):
        sender = given[ADDR_TRANSMITTER]
        if command == ADD_MAC_ADDR:
            self.radios.setdefault(sender, set()).add(given[ADDR_RECEIVER])
            self.counts["addresses"] += 1
        elif command == DEL_MAC_ADDR:
            self.radios.setdefault(sender, set()).discard(given[ADDR_RECEIVER])
        elif command == FRAME:
            self.carry(sender, given)

    def carry(self, sender, given):
        self.counts["sent"] += 1
        to = given[ATTR_FRAME][4:10]
        group = to[0] & 1
        receivers = [radio for radio, addresses in self.radios.items() if radio != sender and (group or to in addresses)]
        arrives = self.way != "silent" and bool(receivers)
        if arrives:
            for radio in receivers:
                self.counts["carried"] += 1
                self.send(FRAME, (ADDR_RECEIVER, radio), (ATTR_FRAME, given[ATTR_FRAME]), (RX_RATE, struct.pack("=I", 1)),
                          (FREQ, given[FREQ]), (SIGNAL, struct.pack("=i", DBM)))
        flags = struct.unpack("=I", given[FLAGS])[0]
        index, tries = struct.unpack_from("=bB", given[TX_INFO])
        if arrives and not group:
            flags |= STAT_ACK
            tries = min(tries, 3 if self.way == "third-try" else 1)
        self.counts["acknowledged" if flags & STAT_ACK else "lost"] += not group
        self.send(TX_INFO_FRAME, (ADDR_TRANSMITTER, sender), (FLAGS, struct.pack("=I", flags)), (SIGNAL, struct.pack("=i", DBM)),
                  (TX_INFO, struct.pack("=bB", index, tries) + 3 * struct.pack("=bB", -1, 0)), (COOKIE, given[COOKIE]))


def main():
    medium = Medium(sys.argv[1], [bytes.fromhex(radio.replace(":", "")) for radio in sys.argv[2:]])
    print("medium", flush=True)
    while True:
        ready = select.select([medium.netlink.socket, sys.stdin], [], [])[0]
        if medium.netlink.socket in ready:
            medium.take()
        elif not sys.stdin.readline():
            break
    for name, count in medium.counts.items():
        print(name, count, flush=True)


main()
