"""The numbers of generic netlink family "mlosim", as src/netlink/mlosim_uapi.h has them (a test compares the two)."""
import enum

FAMILY = "mlosim"
VERSION = 1
GROUP_EVENTS = "events"
GROUP_RECORDS = "records"
STEP_MAX = 1000000
IFTYPE_LINK = 13


class Command(enum.IntEnum):
    UNSPEC = 0
    GET_WORLD = 1
    NEW_WORLD = 2
    SET_WORLD = 3
    PAUSE = 4
    RESUME = 5
    STEP = 6
    RUN_TO = 7
    GET_RADIO = 8
    NEW_RADIO = 9
    DEL_RADIO = 10
    GET_WDEV = 11
    NEW_WDEV = 12
    SET_WDEV = 13
    DEL_WDEV = 14
    GET_LINK = 15
    NEW_LINK = 16
    SET_LINK = 17
    DEL_LINK = 18
    REGISTER_LINK = 19
    UNREGISTER_LINK = 20
    SET_ACTIVE_LINKS = 21
    SET_LINK_POLICY = 22
    GET_STATION = 23
    NEW_STATION = 24
    REKEY = 25
    SEND_AWAY = 26
    REMOVE_AP_LINK = 27
    REST_AP_LINK = 28
    SWITCH_CHANNEL = 29
    CHANGE_COLOR = 30
    REQUEST_TRANSITION = 31
    ROAM = 32
    SET_EMLSR = 33
    GET_TABLE = 34
    NEW_ROW = 35
    GET_RECORD = 36
    NEW_ENTRY = 37
    GET_FAULT = 38
    NEW_FAULT = 39
    ADD_FAULT = 40
    REMOVE_FAULT = 41
    SUSPEND_HOST = 42
    WAKE_HOST = 43
    SETTLE = 44


class Attr(enum.IntEnum):
    UNSPEC = 0
    TIME = 1
    SEED = 2
    CLOCK_MODE = 3
    PAUSED = 4
    DIALECT = 5
    EVENTS = 6
    EVENTS_FIRED = 7
    EVENTS_PENDING = 8
    RADIO = 9
    RADIO_NAME = 10
    PROFILE = 11
    WIPHY = 12
    WIPHY_NAME = 13
    OPEN_COUNT = 14
    BANDS = 15
    WDEV = 16
    IFINDEX = 17
    IFNAME = 18
    IFTYPE = 19
    MAC = 20
    STATE = 21
    MLD_WDEV = 22
    LINK_ID = 23
    BAND = 24
    LINKS = 25
    SSID = 26
    BSSID = 27
    FREQ = 28
    WIDTH = 29
    CENTER_FREQ1 = 30
    TX_POWER = 31
    SOCKET_OWNER = 32
    COUNTERS = 33
    NETDEV_BACKEND = 34
    VALID_LINKS = 35
    ACTIVE_LINKS = 36
    DORMANT_LINKS = 37
    LINK_POLICY = 38
    LINK_USE = 39
    STATION_NAME = 40
    STATION_STATE = 41
    ACCESS_POINT = 42
    STATION_LINKS = 43
    SIGNAL = 44
    REASON = 45
    BEACONS = 46
    DURATION = 47
    REASON_CODE = 48
    DISASSOCIATE = 49
    PUNCTURED = 50
    QUIET = 51
    COLOR = 52
    TARGETS = 53
    EMLSR_LINKS = 54
    EMLSR_PADDING = 55
    EMLSR_TRANSITION = 56
    CHIP = 57
    TABLE = 58
    COLUMNS = 59
    CELLS = 60
    RECORD = 61
    NUMBER = 62
    TEXT = 63
    JSON = 64
    MORE = 65
    FAULT = 66
    ACTED = 67
    PLACE = 68
    PID = 69
    TAKES_PART = 70
    OR_TURN = 71
    FRONT = 72


class Counter(enum.IntEnum):
    UNSPEC = 0
    TX_FRAMES = 1
    RX_FRAMES = 2
    TX_BYTES = 3
    RX_BYTES = 4
    TX_ERRORS = 5
    RX_ERRORS = 6
    TX_DROPPED = 7
    RX_DROPPED = 8
    RX_MALFORMED = 9
    CONNECTIONS = 10
    DISCONNECTIONS = 11
    ROAMS = 12
    FAILURES = 13


class ClockMode(enum.IntEnum):
    REAL = 0
    VIRTUAL = 1


class Dialect(enum.IntEnum):
    MAINLINE = 0
    RFC = 1


class NetdevBackend(enum.IntEnum):
    EMULATED = 0
    TAP = 1


class StationState(enum.IntEnum):
    IDLE = 0
    SCANNING = 1
    AUTHENTICATING = 2
    ASSOCIATING = 3
    HANDSHAKE = 4
    CONNECTED = 5
    ROAMING = 6


class State(enum.IntEnum):
    DOWN = 0
    RUNNING = 1


class LinkUse(enum.IntEnum):
    FREE = 0
    ACTIVE = 1
    INACTIVE = 2
    DORMANT = 3
    EMLSR = 4
