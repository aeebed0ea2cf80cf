"""Frames there and back through packet sockets: a program for the shim, `python3 -m harness.echo FROM TO COUNT`, that says how
long the slowest took."""
import os
import sys
import time

from harness.frames import End, PATIENCE


def arrive(end, frame):
    end.socket.settimeout(PATIENCE)
    while end.socket.recv(4096) != frame:
        pass


def there_and_back(first, second):
    begun = time.monotonic()
    payload = os.urandom(100)
    for sender, receiver in ((first, second), (second, first)):
        frame = receiver.address + sender.address + b"\x88\xb5" + payload
        sender.socket.send(frame)
        arrive(receiver, frame)
    return (time.monotonic() - begun) * 1000


def main():
    first, second = End(sys.argv[1]), End(sys.argv[2])
    took = [there_and_back(first, second) for _ in range(int(sys.argv[3]))]
    print(f"longest {max(took):.1f} ms, {sum(took) / len(took):.1f} ms on average")


if __name__ == "__main__":
    main()
