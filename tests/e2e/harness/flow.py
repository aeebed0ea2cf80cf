"""Numbered frames both ways: a program for the shim, `python3 -m harness.flow FROM TO SECONDS`. Every 10 ms a frame goes each
way; in the end it prints how many were sent and how many came, each way, and the longest silence in milliseconds."""
import select
import socket
import sys
import time

PROTOCOL = 0x88B6  # IEEE 802 local experimental
INTERVAL = 0.01


class End:
    def __init__(self, interface):
        self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(PROTOCOL))
        self.socket.bind((interface, PROTOCOL))
        self.address = self.socket.getsockname()[4]
        self.sent = 0
        self.numbers = set()
        self.heard = time.monotonic()
        self.silence = 0.0

    def send(self, to):
        self.sent += 1
        frame = to.address + self.address + PROTOCOL.to_bytes(2, "big") + self.sent.to_bytes(4, "big") + bytes(200)
        try:
            self.socket.send(frame)
        except OSError:
            pass  # there is no carrier: that frame is lost

    def take(self, sender):
        frame = self.socket.recv(4096)
        if frame[6:12] != sender.address or frame[:6] != self.address:
            return
        now = time.monotonic()
        self.silence = max(self.silence, now - self.heard)
        self.heard = now
        self.numbers.add(int.from_bytes(frame[14:18], "big"))


def main():
    one, other = End(sys.argv[1]), End(sys.argv[2])
    ends = {one.socket: (one, other), other.socket: (other, one)}
    print("flowing", flush=True)
    begin = time.monotonic()
    due = begin
    while time.monotonic() < begin + float(sys.argv[3]) + 0.5:
        if time.monotonic() >= due and due < begin + float(sys.argv[3]):
            due += INTERVAL
            one.send(other)
            other.send(one)
        for ready in select.select(list(ends), [], [], 0.002)[0]:
            ends[ready][0].take(ends[ready][1])
    for sender, receiver in ((one, other), (other, one)):
        print(sender.sent, len(receiver.numbers), round(receiver.silence * 1000))


if __name__ == "__main__":
    main()
