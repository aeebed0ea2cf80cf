#!/usr/bin/env python3
"""What programs find of simulated devices besides netlink: ioctls, files in /sys and /proc, /dev/rfkill; in a real world."""
import re
import sys
import textwrap
import unittest

from harness import tap
from harness.world import World, radios

WLAN0 = "/sys/class/net/wlan0"
DEBUG = "/sys/kernel/debug/ieee80211/phy0/hwsim"


class InAWorld(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.world = World({"clock": "real", "radios": radios(3)})
        cls.world.__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.world.__exit__(None, None, None)

    def shell(self, script, shell="bash"):
        return self.world.run(shell, "-c", script)

    def says(self, script, text, shell="bash"):
        outcome = self.shell(script, shell)
        self.assertEqual((outcome.out, outcome.err, outcome.code), (text, "", 0), script)

    def fails(self, script, words):
        outcome = self.shell(script)
        self.assertNotEqual(outcome.code, 0, f"{script}: {outcome}")
        self.assertIn(words, outcome.err, script)

    def python(self, code):
        outcome = self.world.run(sys.executable, "-c", textwrap.dedent(code))
        self.assertEqual((outcome.code, outcome.err), (0, ""))
        return outcome.out


class Sysfs(InAWorld):
    def test_classes_list_the_devices_and_where_they_are(self):
        self.says("cd /sys/class/ieee80211; for d in *; do echo $d $(readlink $d); done",
                  "".join(f"phy{i} ../../devices/virtual/mac80211_hwsim/hwsim{i}/ieee80211/phy{i}\n" for i in range(3)))
        self.says("cd /sys/class/mac80211_hwsim; ls", "hwsim0\nhwsim1\nhwsim2\n")
        self.says(f"readlink {WLAN0} {WLAN0}/phy80211 {WLAN0}/device",
                  "../../devices/virtual/mac80211_hwsim/hwsim0/net/wlan0\n../../ieee80211/phy0\n../../../hwsim0\n")
        self.says("readlink /sys/class/net/hwsim0", "../../devices/virtual/net/hwsim0\n")

    def test_the_kernels_devices_are_there_too(self):
        self.says("cat /sys/class/net/lo/type", "772\n")
        self.assertLessEqual({"hwsim0", "lo", "wlan0", "wlan1", "wlan2"}, set(self.shell("ls /sys/class/net").out.split()))

    def test_a_devices_files_say_what_netlink_says(self):
        self.says(f"cat {WLAN0}/address {WLAN0}/mtu {WLAN0}/operstate {WLAN0}/phy80211/name {WLAN0}/phy80211/index {WLAN0}/type",
                  "02:00:00:00:00:00\n1500\ndown\nphy0\n0\n1\n")
        self.says("ip link set wlan1 up && cat /sys/class/net/wlan1/flags /sys/class/net/wlan1/carrier /sys/class/net/wlan1/operstate; "
                  "ip link set wlan1 down", "0x1003\n0\ndown\n")
        self.says(f"cat {WLAN0}/uevent | head -2", "DEVTYPE=wlan\nINTERFACE=wlan0\n")

    def test_links_can_be_walked_through(self):
        self.says(f"cat {WLAN0}/phy80211/device/net/wlan0/address; cd {WLAN0}/phy80211 && /bin/pwd -P && cat macaddress && cd -P ../.. && ls",
                  "02:00:00:00:00:00\n/sys/devices/virtual/mac80211_hwsim/hwsim0/ieee80211/phy0\n02:00:00:00:00:00\n"
                  "driver\nieee80211\nnet\npower\nsubsystem\nuevent\n")

    def test_writing_changes_the_device(self):
        self.says(f"echo 1400 > {WLAN0}/mtu; cat {WLAN0}/mtu; ip -o link show wlan0 | grep -o 'mtu [0-9]*'; echo 1500 > {WLAN0}/mtu",
                  "1400\nmtu 1400\n")
        self.says(f"echo 0x1003 > {WLAN0}/flags; ip -o link show wlan0 | grep -o '<[^>]*>'; echo 0x1002 > {WLAN0}/flags",
                  "<NO-CARRIER,BROADCAST,MULTICAST,UP>\n")
        self.fails(f"printf 67 | tee {WLAN0}/mtu", "Invalid argument")
        self.fails(f"printf x | tee {WLAN0}/mtu", "Invalid argument")
        self.fails(f"echo 02:00:00:00:00:09 > {WLAN0}/address", "Permission denied")

    def test_files_come_and_go_with_the_device(self):
        self.says("iw phy phy1 interface add sysfs0 type monitor && cat /sys/class/net/sysfs0/type && iw dev sysfs0 del; "
                  "test -e /sys/class/net/sysfs0 || echo gone", "803\ngone\n")
        self.fails("cat /sys/class/net/sysfs0/type", "No such file or directory")

    def test_a_renamed_device_is_found_by_its_new_name(self):
        self.says("ip link set wlan2 name renamed && cat /sys/class/net/renamed/address && ip link set renamed name wlan2",
                  "02:00:00:00:02:00\n")


class Debugfs(InAWorld):
    def test_a_radio_has_the_drivers_files(self):
        interface = "/sys/kernel/debug/ieee80211/phy0/netdev:wlan0"
        keys = "/sys/kernel/debug/ieee80211/phy0/keys"  # no key is installed yet
        self.says("find /sys/kernel/debug/ieee80211/phy0 | sort",
                  "/sys/kernel/debug/ieee80211/phy0\n" + f"{DEBUG}\n" +
                  "".join(f"{DEBUG}/{name}\n" for name in ("dfs_background_cac", "group", "ps", "rx_rssi",
                                                            "simulate_incumbent_signal_interference")) +
                  f"{keys}\n{interface}\n" +
                  "".join(f"{interface}/{name}\n" for name in ("active_links", "dormant_links", "valid_links")))

    def test_an_interface_without_a_multi_link_connection_has_no_links(self):
        self.says("cd /sys/kernel/debug/ieee80211/phy0/netdev:wlan0 && cat active_links dormant_links valid_links",
                  "0x0\n0x0\n0x0\n")

    def test_they_read_and_write_as_the_drivers(self):
        self.says(f"cat {DEBUG}/group {DEBUG}/ps {DEBUG}/rx_rssi", "1\n0\n-50\n")
        self.says(f"echo 0x12 > {DEBUG}/group; cat {DEBUG}/group; echo 1 > {DEBUG}/group; echo 1 > {DEBUG}/ps; cat {DEBUG}/ps; echo 0 > {DEBUG}/ps",
                  "12\n1\n")
        self.fails(f"printf 3 | tee {DEBUG}/ps", "Invalid argument")
        self.fails(f"printf 5 | tee {DEBUG}/rx_rssi", "Invalid argument")
        self.fails(f"cat {DEBUG}/dfs_background_cac", "Permission denied")


class Proc(InAWorld):
    def test_ip_settings_of_a_device_keep_what_is_written(self):
        conf = "/proc/sys/net/ipv6/conf/wlan0"
        self.says(f"cat {conf}/disable_ipv6; echo 1 > {conf}/disable_ipv6; cat {conf}/disable_ipv6; cat {conf}/../wlan1/disable_ipv6",
                  "0\n1\n0\n")
        self.says("cat /proc/sys/net/ipv4/conf/wlan0/rp_filter; test -e /proc/sys/net/ipv4/conf/all && echo the kernel has it",
                  "0\nthe kernel has it\n")
        self.fails("printf x | tee /proc/sys/net/ipv4/conf/wlan0/rp_filter", "Invalid argument")


    def test_devices_are_listed_with_their_counters(self):
        out = self.shell("cat /proc/net/dev").out
        self.assertTrue(out.startswith("Inter-|   Receive"), out)
        names = re.findall(r"^ *(\S+):", out, re.M)
        self.assertEqual(len(names), len(set(names)), out)
        self.assertLessEqual({"lo", "hwsim0", "wlan0", "wlan1", "wlan2"}, set(names))
        for line in out.splitlines()[2:]:
            self.assertEqual(len(line.split(":")[1].split()), 16, line)

    def test_the_wireless_list_has_its_headings_alone(self):
        lines = self.shell("cat /proc/net/wireless").out.splitlines()
        self.assertEqual(lines[0], "Inter-| sta-|   Quality        |   Discarded packets               | Missed | WE")
        self.assertEqual(len(lines), 2)


class Ioctls(InAWorld):
    def test_they_answer_as_a_kernel(self):
        self.python("""
            import fcntl, socket, struct, errno
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            def ask(number, name=b'wlan0', value=b''):
                return fcntl.ioctl(s, number, struct.pack('16s24s', name, value))[16:]
            def code(number, name=b'wlan0', value=b''):
                try: ask(number, name, value)
                except OSError as e: return e.errno
                return 0
            index = struct.unpack_from('=i', ask(0x8933))[0]
            assert index == socket.if_nametoindex('wlan0')
            assert socket.if_indextoname(index) == 'wlan0'
            assert fcntl.ioctl(s, 0x8910, struct.pack('16si20x', b'', index))[:6] == b'wlan0\\0'
            assert struct.unpack_from('=h', ask(0x8913))[0] == 0x1002
            assert ask(0x8927)[:8] == struct.pack('=H6s', 1, bytes([2, 0, 0, 0, 0, 0]))
            assert struct.unpack_from('=i', ask(0x8921))[0] == 1500
            assert struct.unpack_from('=i', ask(0x8942))[0] == 1000
            ask(0x8914, value=struct.pack('=h', 0x1003))
            assert struct.unpack_from('=h', ask(0x8913))[0] == 0x1003
            ask(0x8914, value=struct.pack('=h', 0x1002))
            ask(0x8924, value=struct.pack('=H6s', 1, b'\\2\\0\\0\\0\\0\\x55'))
            assert ask(0x8927)[7] == 0x55
            ask(0x8924, value=struct.pack('=H6s', 1, b'\\2\\0\\0\\0\\0\\0'))
            assert code(0x8922, value=struct.pack('=i', 10)) == errno.EINVAL
            assert code(0x8915) == errno.EADDRNOTAVAIL
            assert code(0x8913, b'nodevice') == errno.ENODEV
            assert code(0x8B01) == errno.EOPNOTSUPP, code(0x8B01)   # SIOCGIWNAME
            assert code(0x8913, b'lo') == 0
        """)

    def test_libc_lists_the_devices(self):
        self.python("""
            import socket
            names = [name for _, name in socket.if_nameindex()]
            assert {'wlan0', 'wlan1', 'wlan2', 'hwsim0', 'lo'} <= set(names) and len(names) == len(set(names)), names
        """)

    def test_the_interface_list_has_them_too(self):
        outcome = self.world.run("python3", "-c", textwrap.dedent("""
            import ctypes, ctypes.util, fcntl, socket, struct
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            buffer = ctypes.create_string_buffer(40 * 100)
            conf = fcntl.ioctl(s, 0x8912, struct.pack('iP', len(buffer), ctypes.addressof(buffer)))
            length = struct.unpack_from('i', conf)[0]
            print(*[buffer.raw[i:i+16].split(b'\\0')[0].decode() for i in range(0, length, 40)])
        """))
        # As in the kernel: only devices with an IP address.
        self.assertIn("lo", outcome.out.split())

    def test_a_drivers_name_is_told(self):
        self.python("""
            import ctypes, fcntl, socket, struct
            s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            info = ctypes.create_string_buffer(struct.pack('=I', 3) + bytes(192), 196)
            fcntl.ioctl(s, 0x8946, struct.pack('16sP16x', b'wlan0', ctypes.addressof(info)))
            assert info.raw[4:18] == b'mac80211_hwsim', info.raw
            assert info.raw[100:106] == b'hwsim0', info.raw   # bus_info
        """)


class Packets(InAWorld):
    def test_what_one_monitor_sends_another_hears(self):
        outcome = self.shell("for i in 0 1; do iw phy phy$i interface add mon$i type monitor && ip link set mon$i up && iw dev mon$i set channel 6 || exit; done; "
                             "ip link set hwsim0 up && " + sys.executable + " -c '" + MONITOR + "'; code=$?; ip link set hwsim0 down; "
                             "iw dev mon0 del; iw dev mon1 del; exit $code")
        tap.say(outcome.out)
        self.assertEqual((outcome.code, outcome.err), (0, ""))

    def test_the_loopback_brings_frames_back_with_their_protocol(self):
        outcome = self.shell(sys.executable + " -c '" + LOOPBACK + "'")
        self.assertEqual((outcome.code, outcome.err), (0, ""))


LOOPBACK = """
import socket
def end(protocol):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(protocol))
    s.bind(("lo", protocol))
    s.settimeout(20)
    return s
ear, mouth = end(0x88c7), end(0)
frame = bytes([2, 0, 0, 0, 3, 0, 2, 0, 0, 0, 0, 0, 0x88, 0xc7, 2, 1, 0, 0])
assert mouth.send(frame) == len(frame)
assert ear.recv(100) == frame
"""

MONITOR = """
import errno, os, socket, struct
def listener(device):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    s.bind((device, 3))
    s.settimeout(20)
    return s
near, far, air = listener("mon0"), listener("mon1"), listener("hwsim0")
probe = bytes([0x40, 0, 0, 0]) + bytes([255] * 6) + bytes([2, 0, 0, 0, 0, 0x77]) + bytes([255] * 6) + bytes(2) + bytes(2)
near.send(bytes([0, 0, 8, 0, 0, 0, 0, 0]) + probe)

frame, name = air.recvfrom(4000)
assert name == ("hwsim0", 4, 3, 803, b""), name
assert struct.unpack_from("<BBHIQBBHH", frame)[2:4] == (22, 0xf), frame
assert struct.unpack_from("<BBHH", frame, 16) == (0, 2, 2437, 0xa0), frame
assert frame[22:46] == probe[:24], frame

frame, name = far.recvfrom(4000)
assert name == ("mon1", 4, 3, 803, b""), name
assert struct.unpack_from("<BBHI", frame)[2:] == (26, 0x482f), frame
flags, rate, mhz, channel, signal = struct.unpack_from("<BBHHb", frame, 16)
assert (flags, rate, mhz, channel) == (0, 2, 2437, 0xa0) and signal < 0, (flags, rate, mhz, channel, signal)
assert frame[26:] == probe, frame
print("the other monitor heard it at", signal, "dBm")

os.system("ip link set mon1 down")
try:
    far.recv(4000)
    raise AssertionError("a frame on a device that is down")
except OSError as error:
    assert error.errno == errno.ENETDOWN, error
"""


class Rfkill(InAWorld):
    def test_no_radio_is_blocked_and_none_can_be(self):
        self.says("cat /sys/class/rfkill/rfkill0/name /sys/class/rfkill/rfkill0/soft /sys/class/rfkill/rfkill0/hard", "phy0\n0\n0\n")
        self.python("""
            import os, select, struct
            fd = os.open('/dev/rfkill', os.O_RDWR | os.O_NONBLOCK)
            found = []
            while True:
                try: found.append(struct.unpack('=IBBBB', os.read(fd, 8)))
                except BlockingIOError: break
            assert found == [(0, 1, 0, 0, 0), (1, 1, 0, 0, 0), (2, 1, 0, 0, 0)], found
            os.write(fd, struct.pack('=IBBBB', 0, 1, 3, 0, 0))
            try: os.write(fd, struct.pack('=IBBBB', 0, 1, 3, 1, 0))
            except PermissionError: pass
            else: raise AssertionError('blocked')
        """)


class RealPrograms(InAWorld):
    def test_ip_and_iw_agree_with_the_files(self):
        self.says("for i in 0 1 2; do cat /sys/class/net/wlan$i/address; done > a; iw dev | sed -n 's/.*addr //p' | sort > b; cmp a b; rm a b", "")

    def test_busybox_uses_ioctls(self):
        outcome = self.world.run("busybox", "ifconfig", "wlan0")
        self.assertEqual(outcome.code, 0, outcome)
        self.assertIn("HWaddr 02:00:00:00:00:00", outcome.out)
        self.says("busybox ifconfig wlan0 up && cat /sys/class/net/wlan0/flags && busybox ifconfig wlan0 down", "0x1003\n")


if __name__ == "__main__":
    tap.main()
