"""Stock hostapd and wpa_supplicant in a world: started, steered over their control sockets, ended."""
import os
import pathlib
import select
import socket
import subprocess
import tempfile
import time

from harness import programs, tap
from harness.world import PATIENCE


class Release:
    """The programs of one release of hostap."""

    def __init__(self, name, find):
        self.name = name
        self.hostapd = find("hostapd")
        self.wpa_supplicant = find("wpa_supplicant")


def debian_12():
    return Release("2.10", programs.system)


def debian_sid():
    return Release("2.11", programs.sid)


def with_80211be():
    """sid's release with a hostapd of one's own, built with CONFIG_IEEE80211BE=y (Debian's is not): MLOSIM_HOSTAPD_BE is its
    path. Without one the case is skipped."""
    path = os.environ.get("MLOSIM_HOSTAPD_BE")
    if not path:
        raise tap.Skipped("MLOSIM_HOSTAPD_BE does not name a hostapd with 802.11be")
    release = debian_sid()
    release.hostapd = path
    return release


class Control:
    """A program's control socket, attached: requests and events."""

    def __init__(self, path, alive):
        self.directory = tempfile.TemporaryDirectory(prefix="mlosim-")
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(self.directory.name + "/control")
        self.events = []
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.connect(str(path))
                break
            except OSError:
                if time.monotonic() > deadline or not alive():
                    self.close()
                    raise
                time.sleep(0.01)
        if self.request("ATTACH") != "OK":
            raise RuntimeError("no events from " + str(path))

    def close(self):
        self.socket.close()
        self.directory.cleanup()

    def _receive(self, deadline):
        """The next answer, or None after an event or in vain."""
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.socket], [], [], left)[0]:
            return None
        text = self.socket.recv(65536).decode(errors="replace").rstrip("\n")
        if not text.startswith("<"):
            return text
        self.events.append(text.split(">", 1)[1])
        return None

    def request(self, command):
        self.socket.send(command.encode())
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            answer = self._receive(deadline)
            if answer is not None:
                return answer
        raise TimeoutError(command)

    def facts(self, command):
        """An answer of lines "name=value"."""
        return dict(line.split("=", 1) for line in self.request(command).splitlines() if "=" in line)

    def wait(self, *beginnings, timeout=PATIENCE):
        """The next event that begins with one of those; those before it are gone."""
        deadline = time.monotonic() + timeout
        while True:
            while self.events:
                event = self.events.pop(0)
                if event.startswith(beginnings):
                    return event
            if time.monotonic() > deadline:
                raise TimeoutError("no event " + " or ".join(beginnings))
            self._receive(deadline)


def end(process):
    """Asked first, then made to."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def tell_last(interface, output):
    """What a program said before its test failed."""
    print("\n".join(f"# {interface}: {line}" for line in output.splitlines()[-200:]), flush=True)


class Program:
    """A running hostapd or wpa_supplicant on one interface."""

    def __init__(self, world, interface, kind, command, configuration):
        self.world = world
        self.interface = interface
        self.directory = tempfile.TemporaryDirectory(prefix="mlosim-")
        self.place = pathlib.Path(self.directory.name)
        (self.place / "configuration").write_text(configuration.replace("@PLACE@", str(self.place)))
        self.log = self.place / "log"
        with open(self.log, "w", encoding="utf-8") as log:
            self.process = subprocess.Popen(world.command(*command, str(self.place / "configuration")), env=world.environment(),
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        self.control = None
        try:
            self.control = Control(self.place / "control" / interface, lambda: self.process.poll() is None)
        except OSError as error:
            text = self.output()
            self.stop()
            raise AssertionError(f"{kind} did not start: {error}\n{text[-6000:]}") from error

    def output(self):
        return self.log.read_text(errors="replace")

    def stop(self):
        if self.control:
            self.control.close()
        end(self.process)
        self.directory.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if error is not None:
            tell_last(self.interface, self.output())
        self.stop()


class AccessPoint(Program):
    """hostapd with one configuration, up and beaconing."""

    def __init__(self, world, release, interface, settings, more=""):
        lines = {"interface": interface, "driver": "nl80211", "ctrl_interface": "@PLACE@/control", **settings}
        super().__init__(world, interface, "hostapd", [release.hostapd, "-dd"],
                         "".join(f"{name}={value}\n" for name, value in lines.items()) + more)
        deadline = time.monotonic() + PATIENCE
        while self.control.facts("STATUS").get("state") != "ENABLED":
            if time.monotonic() > deadline or self.process.poll() is not None:
                text = self.output()
                self.stop()
                raise AssertionError("the access point does not come up\n" + text[-6000:])
            time.sleep(0.01)
        self.bssid = self.control.facts("STATUS")["bssid[0]"]


class Station(Program):
    """wpa_supplicant with no network yet."""

    def __init__(self, world, release, interface, settings=None):
        lines = {"ctrl_interface": "@PLACE@/control", "ap_scan": 1, "update_config": 0, **(settings or {})}
        super().__init__(world, interface, "wpa_supplicant", [release.wpa_supplicant, "-ddK", "-Dnl80211", "-i" + interface, "-c"],
                         "".join(f"{name}={value}\n" for name, value in lines.items()))
        self.address = self.control.facts("STATUS").get("address")

    def connect(self, **network):
        """Configures a network and starts to connect with it. Strings in quotes are up to the caller."""
        number = self.control.request("ADD_NETWORK")
        for name, value in network.items():
            answer = self.control.request(f"SET_NETWORK {number} {name} {value}")
            if answer != "OK":
                raise AssertionError(f"wpa_supplicant does not take {name}={value}: {answer}")
        self.control.request("SELECT_NETWORK " + number)

    def wait_connected(self, timeout=PATIENCE):
        event = self.control.wait("CTRL-EVENT-CONNECTED", "CTRL-EVENT-ASSOC-REJECT", "CTRL-EVENT-AUTH-REJECT",
                                  "CTRL-EVENT-SSID-TEMP-DISABLED", "CTRL-EVENT-DISCONNECTED", timeout=timeout)
        if not event.startswith("CTRL-EVENT-CONNECTED"):
            raise AssertionError("instead of a connection: " + event)

    def status(self):
        return self.control.facts("STATUS")
