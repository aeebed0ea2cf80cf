"""Clients that know the daemon's protocol, send half a message, and are killed: what do they leave behind?"""
import os
import pathlib
import signal
import socket
import time

from harness import netlink

CLIENTS = 1000
MOST_WAVES = 8
# What a whole wave may add. A daemon that kept only 64 bytes of each client would be found out.
TOLERATED_KIB = 64


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise RuntimeError("no VmRSS")


def half_a_message(path, number):
    """A client's connection after what it had time to send: half a hello, half a greeting, or half a netlink message."""
    client = netlink.connect(path)
    cookie = int.from_bytes(client.getsockopt(socket.SOL_SOCKET, 57, 8), "little")  # SO_COOKIE
    whole = netlink.hello(cookie=cookie)
    if number % 4 == 0:
        client.send(whole[:number % len(whole) or 1])
        return client
    client.send(whole)
    if number % 4 > 1:
        client.recv(8)
        client.send(bytes([1, 0, 0, 0] * (number % 9 + 1)))
    return client


def wave(path, count=CLIENTS):
    """Forks `count` clients in groups; each connects, sends something unfinished, and is killed in the middle."""
    for start in range(0, count, 100):
        children = []
        for number in range(start, min(start + 100, count)):
            ready, tell = os.pipe()
            child = os.fork()
            if child == 0:
                kept = half_a_message(path, number)
                os.write(tell, b"x")
                time.sleep(60)
                kept.close()
                os._exit(0)
            os.close(tell)
            children.append((child, ready))
        for child, ready in children:
            os.read(ready, 1)
            os.close(ready)
        for child, _ in children:
            os.kill(child, signal.SIGKILL)
        for child, _ in children:
            os.waitpid(child, 0)


def settled(pid, wanted):
    for _ in range(200):
        if descriptors(pid) == wanted:
            return True
        time.sleep(0.05)
    return False


def check(case, path, pid):
    """Waves of clients until one of them adds nothing: what an allocator keeps for itself it has after the first few, a
    leak grows with each. Returns a line of figures."""
    netlink.connect(path).close()
    time.sleep(0.2)
    before = descriptors(pid)
    wave(path)
    memory = resident_kib(pid)
    grown = []
    for _ in range(MOST_WAVES):
        wave(path)
        case.assertTrue(settled(pid, before), f"{descriptors(pid)} descriptors, {before} before")
        now = resident_kib(pid)
        grown.append(now - memory)
        memory = now
        if grown[-1] < TOLERATED_KIB:
            break
    case.assertLess(grown[-1], TOLERATED_KIB, f"KiB that each wave of {CLIENTS} clients added: {grown}")
    return (f"{before} descriptors before and after {CLIENTS} killed clients, {memory} KiB resident, "
            f"{' '.join(f'{kib:+}' for kib in grown)} KiB in {len(grown)} wave(s)")
