#!/usr/bin/env python3
"""202 commands of iw and ip, one after the other, as a real kernel with mac80211_hwsim was asked, with both iw."""
import re
import time
import unittest

from harness import compare, oracle, programs, tap
from harness.world import World, radios

WORLD = {"clock": "real", "radios": radios(3)}


class Transcript:
    """What one iw and the world said to the commands of a capture."""

    def __init__(self, capture, iw):
        self.known = compare.rules()
        self.wrong = []  # (command, what differs)
        self.commands = oracle.session(capture)
        theirs, ours = compare.Numbers(), compare.Numbers()
        with World(WORLD) as world:
            listener = world.start(iw, "event", "-t")
            time.sleep(0.3)
            for command, expected in self.commands:
                first, *rest = command.split()
                if first == "sleep":
                    continue  # for the kernel's regulatory agent in user space: this world has none to wait for
                found = world.run(iw if first == "iw" else first, *rest)
                lines = compare.differences(command, theirs.plain(expected.text), ours.plain(found.text), self.known)
                if found.code != expected.code:
                    lines.insert(0, f"exit code {found.code}, not {expected.code}")
                if lines:
                    self.wrong.append((command, lines))
            time.sleep(0.3)
            listener.terminate()
            self.events = listener.communicate()[0].decode().splitlines()

    def tell(self):
        tap.say(f"{len(self.commands) - len(self.wrong)} of {len(self.commands)} commands agree")
        for command, lines in self.wrong:
            tap.say(f"$ {command}")
            for line in lines[:12]:
                tap.say(f"    {line}")
            if len(lines) > 12:
                tap.say(f"    … and {len(lines) - 12} more lines")


class Session:
    """Output, exit codes and events are the real kernel's, but for the listed differences."""

    @classmethod
    def setUpClass(cls):
        cls.transcript = Transcript(cls.capture, cls.iw())

    def test_every_command_answers_as_on_the_real_kernel(self):
        self.transcript.tell()
        self.assertEqual([command for command, _ in self.transcript.wrong], [])

    def test_iw_event_hears_what_it_heard_on_the_real_kernel(self):
        heard = [re.sub(r"^\d+\.\d{6}: ", "", line) for line in self.transcript.events]
        expected = (oracle.DATA / "session.events.txt").read_text().splitlines()
        self.assertEqual(compare.differences("iw event", expected, heard, self.transcript.known), [])

    def test_iw_event_gives_each_event_a_time_and_the_times_never_go_back(self):
        times = [float(re.match(r"(\d+\.\d{6}): ", line).group(1)) for line in self.transcript.events]
        self.assertEqual(times, sorted(times))


class Debian12(Session, unittest.TestCase):
    capture = "session-5.19.txt"

    @staticmethod
    def iw():
        return "iw"


class DebianSid(Session, unittest.TestCase):
    capture = "session-6.17.txt"

    @staticmethod
    def iw():
        return programs.sid("iw")


tap.main()
