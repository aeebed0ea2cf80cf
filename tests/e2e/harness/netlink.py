"""Just enough netlink to write programs that talk to the world through Python's own AF_NETLINK (run them under the shim),
and to be a badly behaved client of the daemon's socket (no shim)."""
import errno
import os
import socket
import struct

NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME, CTRL_ATTR_MCAST_GROUPS = 1, 2, 7
CTRL_ATTR_MCAST_GRP_NAME, CTRL_ATTR_MCAST_GRP_ID = 1, 2
SOL_NETLINK, NETLINK_ADD_MEMBERSHIP = 270, 1
NETLINK_GENERIC = 16
NETLINK_USERSOCK = 2


def attribute(kind, payload):
    length = 4 + len(payload)
    return struct.pack("=HH", length, kind) + payload + bytes(-length % 4)


def attributes(data):
    """[(type, payload)] of a run of attributes."""
    found, at = [], 0
    while at + 4 <= len(data):
        length, kind = struct.unpack_from("=HH", data, at)
        if length < 4:
            break
        found.append((kind & 0x3FFF, data[at + 4:at + length]))
        at += (length + 3) & ~3
    return found


def message(kind, flags, sequence, payload):
    return struct.pack("=IHHII", 16 + len(payload), kind, flags, sequence, 0) + payload


def genl(family, command, flags=NLM_F_REQUEST, sequence=1, payload=b""):
    return message(family, flags, sequence, struct.pack("=BBH", command, 1, 0) + payload)


def messages(data):
    """[(type, flags, sequence, payload)] of one datagram."""
    found, at = [], 0
    while at + 16 <= len(data):
        length, kind, flags, sequence, _ = struct.unpack_from("=IHHII", data, at)
        found.append((kind, flags, sequence, data[at + 16:at + length]))
        at += (length + 3) & ~3
    return found


class GenericSocket:
    """A generic netlink socket, as any program has; `peer` is the port of the kernel (0) or of a user-space server."""

    def __init__(self, protocol=NETLINK_GENERIC, peer=0):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.socket.bind((0, 0))
        self.peer = peer
        self.sequence = 0

    def ask(self, family, command, payload=b"", dump=False):
        """Payloads of all answers; OSError with the kernel's errno."""
        self.sequence += 1
        flags = NLM_F_REQUEST | NLM_F_ACK | (NLM_F_DUMP if dump else 0)
        self.socket.sendto(genl(family, command, flags, self.sequence, payload), (self.peer, 0))
        answers = []
        while True:
            for kind, _, sequence, body in messages(self.socket.recv(1 << 17)):
                if sequence != self.sequence:
                    continue
                if kind == NLMSG_DONE:
                    return answers
                if kind == NLMSG_ERROR:
                    code = struct.unpack_from("=i", body)[0]
                    if code < 0:
                        raise OSError(-code, os.strerror(-code))
                    if not dump:
                        return answers
                    continue
                answers.append(body)

    def family(self, name):
        """(id, {group: id}) of a family."""
        answer = self.ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY, attribute(CTRL_ATTR_FAMILY_NAME, name.encode() + b"\0"))[0]
        number, groups = None, {}
        for kind, payload in attributes(answer[4:]):
            if kind == CTRL_ATTR_FAMILY_ID:
                number = struct.unpack("=H", payload)[0]
            if kind == CTRL_ATTR_MCAST_GROUPS:
                for _, group in attributes(payload):
                    parts = dict(attributes(group))
                    group_name = parts[CTRL_ATTR_MCAST_GRP_NAME].rstrip(b"\0").decode()
                    groups[group_name] = struct.unpack("=I", parts[CTRL_ATTR_MCAST_GRP_ID])[0]
        return number, groups

    def join(self, group):
        self.socket.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, group)


# The daemon's own socket, cf. src/host/wire.h
WIRE_MAGIC = 0x6D4C4F31
WIRE_VERSION = 1
ROLE_NETLINK = 1


def hello(role=ROLE_NETLINK, cookie=0, protocol=NETLINK_GENERIC):
    return struct.pack("=IHHQiiiI", WIRE_MAGIC, WIRE_VERSION, role, cookie, os.getpid(), protocol, socket.SOCK_RAW, 0)


def connect(path):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    client.connect(str(path))
    return client


def errno_name(code):
    return errno.errorcode.get(code, str(code))
