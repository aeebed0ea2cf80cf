"""Test frames through packet sockets: a program for the shim, `python3 -m harness.frames FROM TO COUNT`, that sends from one
interface to another and back, to the other's address and to everybody, and says "through" when all have come."""
import os
import socket
import sys
import time

PROTOCOL = 0x88B5  # IEEE 802 local experimental
PATIENCE = 10


class End:
    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(PROTOCOL))
        self.socket.bind((interface, PROTOCOL))
        self.address = self.socket.getsockname()[4]


def send(sender, receiver, to, octets):
    payload = os.urandom(octets)
    frame = to + sender.address + PROTOCOL.to_bytes(2, "big") + payload
    sender.socket.send(frame)
    deadline = time.monotonic() + PATIENCE
    while True:
        receiver.socket.settimeout(max(0.001, deadline - time.monotonic()))
        if receiver.socket.recv(4096) == frame:
            return


def main():
    first, second = End(sys.argv[1]), End(sys.argv[2])
    for _ in range(int(sys.argv[3])):
        for sender, receiver in ((first, second), (second, first)):
            for to in (receiver.address, b"\xff" * 6):
                for octets in (46, 1000, 1500):
                    try:
                        send(sender, receiver, to, octets)
                    except TimeoutError:
                        names = {id(first): sys.argv[1], id(second): sys.argv[2]}
                        sys.exit(f"{octets} octets from {names[id(sender)]} to {to.hex(':')} did not come")
    print("through")


if __name__ == "__main__":
    main()
