#!/usr/bin/env python3
"""mlosim-mkfw: the files it makes, what it says about files, and what it refuses."""
import pathlib
import subprocess
import tempfile
import unittest
import zlib

from harness import programs, tap

PATCH = "mediatek/mt7925/WIFI_MT7925_PATCH_MCU_1_1_hdr.bin"
RAM = "mediatek/mt7925/WIFI_RAM_CODE_MT7925_1_1.bin"


class FirmwareFiles(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="mlosim-mkfw-")
        self.addCleanup(holder.cleanup)
        self.directory = pathlib.Path(holder.name)

    def mkfw(self, *arguments):
        return subprocess.run([programs.built("src/mkfw/mlosim-mkfw"), *map(str, arguments)], capture_output=True, text=True, timeout=30)

    def made(self, *options):
        done = self.mkfw(*options, self.directory / "firmware")
        self.assertEqual((done.returncode, done.stdout, done.stderr), (0, "", ""))
        return (self.directory / "firmware" / PATCH).read_bytes(), (self.directory / "firmware" / RAM).read_bytes()

    def info(self, file):
        done = self.mkfw("--info", self.directory / "firmware" / file)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return done.stdout

    def test_are_where_and_what_the_driver_expects(self):
        patch, ram = self.made()
        self.assertEqual(len(patch), 176)
        self.assertEqual(patch[:16], b"20260101000000a\0")
        self.assertEqual(ram[-4:], zlib.crc32(ram[:-4]).to_bytes(4, "little"))
        self.assertIn("channel contexts: yes\nCRC: right\n", self.info(RAM))
        self.assertTrue(self.info(PATCH).startswith("patch, built 20260101000000a"))

    def test_are_the_same_each_time(self):
        self.assertEqual(self.made(), self.made())

    def test_carry_what_the_options_say(self):
        tables = self.directory / "clc"
        tables.write_bytes(bytes(range(48)))
        _, ram = self.made("--no-cnm", "--clc", tables, "--fw-version", "mine", "--build-date", "20270203040506")
        self.assertIn(bytes(range(48)), ram)
        told = self.info(RAM)
        self.assertIn("RAM code, version mine, built 20270203040506", told)
        self.assertIn("channel contexts: no, so no MLO", told)
        self.assertIn("48 octets, features 0x40, not downloaded, country tables", told)

    def refused(self, code, sentence, *arguments):
        done = self.mkfw(*arguments)
        self.assertEqual((done.returncode, done.stdout), (code, ""))
        self.assertIn(sentence, done.stderr)

    def test_of_another_kind_are_not_described(self):
        other = self.directory / "other"
        other.write_bytes(bytes(500))
        self.refused(1, "neither a patch", "--info", other)
        self.refused(3, "cannot read", "--info", self.directory / "nowhere")

    def test_are_not_made_of_bad_wishes(self):
        self.refused(2, "1 to 10 printable", "--fw-version", "much too long", self.directory)
        self.refused(2, "either a directory", "--no-cnm")
        self.refused(3, "cannot read", "--clc", self.directory / "nowhere", self.directory)
        self.refused(3, "cannot write", "/proc/nowhere")
        self.assertEqual(list(self.directory.iterdir()), [])


if __name__ == "__main__":
    tap.main()
