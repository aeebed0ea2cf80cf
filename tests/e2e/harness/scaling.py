"""What a world costs as its radios become more: counted on the daemon alone, so that a busy machine changes little."""
import pathlib

from harness.world import World

SIZES = (10, 100, 500)


class Cost:
    def __init__(self, count, start_ms, memory_kb, wiphys_ms, interfaces_ms, scan_ms):
        self.count = count
        self.start_ms = start_ms            # to read the scenario and build the world
        self.memory_kb = memory_kb          # that the daemon has written to, once it is asked for all of it
        self.wiphys_ms = wiphys_ms          # `iw list`: GET_WIPHY, split dump
        self.interfaces_ms = interfaces_ms  # `iw dev`: GET_INTERFACE dump
        self.scan_ms = scan_ms              # one radio scans 11 channels, all others hear its probe requests


def on_cpu_ms(world):
    """Time that the daemon spent computing, whatever else the machine does."""
    return int(pathlib.Path(f"/proc/{world.process.pid}/schedstat").read_text().split()[0]) / 1e6


def _spent(world, *command):
    before = on_cpu_ms(world)
    outcome = world.run(*command, timeout=120)
    if outcome.code != 0:
        raise AssertionError(f"{command}: {outcome}")
    return on_cpu_ms(world) - before


def measure(count):
    group = [{"name": "r", "count": count, "interfaces": [{"name": "wlan%d", "up": True}]}]
    with World({"clock": "real", "radios": group}) as world:
        start = on_cpu_ms(world)
        wiphys = _spent(world, "iw", "list")
        interfaces = _spent(world, "iw", "dev")
        # Not one channel alone: iw starts to listen only after it has asked for the scan, and a short one is over by then.
        scan = _spent(world, "iw", "dev", "wlan0", "scan", "freq", *map(str, range(2412, 2467, 5)))
        return Cost(count, start, world.memory_kb(), wiphys, interfaces, scan)
