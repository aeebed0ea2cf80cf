/*
 * Generic netlink family "mlosim": the simulated world seen from outside. Plain C, for clients; docs/netlink-mlosim.md
 * explains it.
 *
 * Numbers are only ever added at the ends. All integers are in host order, times in nanoseconds since the world began.
 */
#pragma once

#define MLOSIM_GENL_NAME "mlosim"
#define MLOSIM_GENL_VERSION 1
#define MLOSIM_GENL_GROUP_EVENTS "events"
#define MLOSIM_GENL_GROUP_RECORDS "records"

/* Whose socket has one of these ports steers the world, or looks on, from outside of its time: what it says and hears
 * is in no capture of netlink. */
#define MLOSIM_PORT_OUTSIDE_FIRST 0x7f000000u
#define MLOSIM_PORT_OUTSIDE_LAST 0x7f0000ffu

/* Most events that one STEP fires. */
#define MLOSIM_STEP_MAX 1000000u

/*
 * A GET_ command asks; answers, and events of group "events", are NEW_ (it is, or came to be), SET_ (it changed) and
 * DEL_ (it ended). Events carry MLOSIM_ATTR_TIME.
 */
enum mlosim_command {
    MLOSIM_CMD_UNSPEC,

    MLOSIM_CMD_GET_WORLD, /* -> NEW_WORLD: TIME, SEED, CLOCK_MODE, PAUSED, DIALECT, EVENTS_FIRED, EVENTS_PENDING,
                             NETDEV_BACKEND */
    MLOSIM_CMD_NEW_WORLD,
    MLOSIM_CMD_SET_WORLD, /* event: paused, resumed, or a RUN_TO has arrived; fields as NEW_WORLD */

    MLOSIM_CMD_PAUSE,  /* time stands still; twice is once */
    MLOSIM_CMD_RESUME, /* time goes on; twice is once */
    /* EVENTS: fire that many events at once, or as many as there are -> NEW_WORLD, EVENTS: how many. EBUSY unless
       paused. */
    MLOSIM_CMD_STEP,
    /*
     * TIME: go on until then, and pause. Acknowledged at once; when the time is reached the requester gets a NEW_WORLD
     * with the request's sequence number, and everybody SET_WORLD. EINVAL for the past, EBUSY while another RUN_TO is
     * under way.
     */
    MLOSIM_CMD_RUN_TO,

    MLOSIM_CMD_GET_RADIO, /* RADIO, or a dump -> NEW_RADIO */
    MLOSIM_CMD_NEW_RADIO,
    MLOSIM_CMD_DEL_RADIO,

    MLOSIM_CMD_GET_WDEV, /* WDEV or IFINDEX, or a dump (WIPHY: only its) -> NEW_WDEV. Link wdevs are not among them. */
    MLOSIM_CMD_NEW_WDEV,
    MLOSIM_CMD_SET_WDEV,
    MLOSIM_CMD_DEL_WDEV,

    MLOSIM_CMD_GET_LINK, /* WDEV, or a dump (WIPHY or MLD_WDEV: only its) -> NEW_LINK: link wdevs */
    MLOSIM_CMD_NEW_LINK,
    MLOSIM_CMD_SET_LINK,
    MLOSIM_CMD_DEL_LINK,

    /*
     * MLD_WDEV or IFINDEX of a station, and BAND: a link wdev for it, of its own -> NEW_LINK. EBUSY while the station
     * runs. (As the kernel function that drivers would call: register_sta_mlo_link().)
     */
    MLOSIM_CMD_REGISTER_LINK,
    MLOSIM_CMD_UNREGISTER_LINK, /* WDEV of a link wdev */

    /*
     * WDEV or IFINDEX of a station MLD, and ACTIVE_LINKS: those carry its frames from now on, as by debugfs'
     * active_links. EINVAL for none or such as may not, ENETDOWN.
     */
    MLOSIM_CMD_SET_ACTIVE_LINKS,
    MLOSIM_CMD_SET_LINK_POLICY, /* WDEV or IFINDEX, LINK_POLICY: how an MLD's links share its data */
    MLOSIM_CMD_GET_STATION,     /* WDEV or IFINDEX, or a dump -> NEW_STATION: built-in stations */
    MLOSIM_CMD_NEW_STATION,

    /* WDEV or IFINDEX of a built-in access point; MAC: one of its stations, else all. ENODEV, ENOENT, EBUSY, EINVAL */
    MLOSIM_CMD_REKEY,              /* MAC: a new 4-way handshake; without: new group keys */
    MLOSIM_CMD_SEND_AWAY,          /* MAC, REASON_CODE (3 if absent); DISASSOCIATE: no more than that */
    MLOSIM_CMD_REMOVE_AP_LINK,     /* LINK_ID, BEACONS (10): it goes for good after those */
    MLOSIM_CMD_REST_AP_LINK,       /* LINK_ID, DURATION: no traffic is mapped to it for so long */
    MLOSIM_CMD_SWITCH_CHANNEL,     /* LINK_ID of an MLD, FREQ, WIDTH, CENTER_FREQ1, PUNCTURED, BEACONS (10), QUIET */
    MLOSIM_CMD_CHANGE_COLOR,       /* LINK_ID of an MLD, COLOR, BEACONS (10) */
    MLOSIM_CMD_REQUEST_TRANSITION, /* MAC, TARGETS, BEACONS: who is still there after those is disassociated */
    MLOSIM_CMD_ROAM, /* WDEV or IFINDEX of a built-in station, TARGETS: to the first that it hears, or the loudest */

    /*
     * WDEV or IFINDEX of a station MLD, EMLSR_LINKS (0: none), and, where they shall be others than its capabilities
     * say, EMLSR_PADDING and EMLSR_TRANSITION: these links share one radio from when the access point has heard of it.
     * EINVAL, EBUSY.
     */
    MLOSIM_CMD_SET_EMLSR,

    /*
     * What a radio's chip shows of itself: tables and running records by name, which depend on the chip. RADIO:
     * EOPNOTSUPP if it is a generic one. ENOENT: the chip has none of that name.
     */
    MLOSIM_CMD_GET_TABLE, /* dump: RADIO, TABLE -> NEW_ROW: COLUMNS, then CELLS of each row */
    MLOSIM_CMD_NEW_ROW,
    MLOSIM_CMD_GET_RECORD, /* dump: RADIO, RECORD, NUMBER (1): entries from that one on -> NEW_ENTRY */
    /*
     * RADIO, RECORD, NUMBER, TIME, TEXT, JSON. MORE: TEXT, then JSON, go on in the next NEW_ENTRY of that number. To
     * group "records" each entry as it comes.
     */
    MLOSIM_CMD_NEW_ENTRY,
    /* Faults of a radio's chip; without RADIO, of the air. */
    MLOSIM_CMD_GET_FAULT, /* dump -> NEW_FAULT: FAULT, TEXT, ACTED */
    MLOSIM_CMD_NEW_FAULT,
    MLOSIM_CMD_ADD_FAULT,    /* TEXT: a rule, or a chip's known defect -> NEW_FAULT. EINVAL, EEXIST */
    MLOSIM_CMD_REMOVE_FAULT, /* FAULT; all without. ENOENT */

    /* RADIO: its host goes to sleep (what wakes it is nl80211's SET_WOWLAN), and wakes. EALREADY */
    MLOSIM_CMD_SUSPEND_HOST,
    MLOSIM_CMD_WAKE_HOST,

    /*
     * Programs that take part in the world's time do what there is to do for them at this moment, whether the world is
     * paused or not. Acknowledged at once; when all of them wait, the requester gets a NEW_WORLD with the request's
     * sequence number. PID: not before that process has joined or ended; TAKES_PART in the answer if it is one of them.
     */
    MLOSIM_CMD_SETTLE,

    __MLOSIM_CMD_AFTER_LAST,
    MLOSIM_CMD_MAX = __MLOSIM_CMD_AFTER_LAST - 1
};

enum mlosim_attr {
    MLOSIM_ATTR_UNSPEC,

    MLOSIM_ATTR_TIME,           /* u64, ns */
    MLOSIM_ATTR_SEED,           /* u64 */
    MLOSIM_ATTR_CLOCK_MODE,     /* u32, enum mlosim_clock_mode */
    MLOSIM_ATTR_PAUSED,         /* flag */
    MLOSIM_ATTR_DIALECT,        /* u32, enum mlosim_dialect */
    MLOSIM_ATTR_EVENTS,         /* u32, of a STEP */
    MLOSIM_ATTR_EVENTS_FIRED,   /* u64, since the start */
    MLOSIM_ATTR_EVENTS_PENDING, /* u64 */

    MLOSIM_ATTR_RADIO,      /* u32, as MAC80211_HWSIM's radio id */
    MLOSIM_ATTR_RADIO_NAME, /* string, the device's ("hwsim0"); with FRONT the same as PLACE */
    MLOSIM_ATTR_PROFILE,    /* string, the radio profile's name ("generic-be") */
    MLOSIM_ATTR_WIPHY,      /* u32, as NL80211_ATTR_WIPHY */
    MLOSIM_ATTR_WIPHY_NAME, /* string */
    MLOSIM_ATTR_OPEN_COUNT, /* u32, running wdevs of the wiphy, link wdevs among them */
    MLOSIM_ATTR_BANDS,      /* u32, bit n: band n of enum nl80211_band */

    MLOSIM_ATTR_WDEV,     /* u64, as NL80211_ATTR_WDEV */
    MLOSIM_ATTR_IFINDEX,  /* u32 */
    MLOSIM_ATTR_IFNAME,   /* string */
    MLOSIM_ATTR_IFTYPE,   /* u32, enum nl80211_iftype; link wdevs: MLOSIM_IFTYPE_LINK */
    MLOSIM_ATTR_MAC,      /* 6 bytes */
    MLOSIM_ATTR_STATE,    /* u32, enum mlosim_state */
    MLOSIM_ATTR_MLD_WDEV, /* u64, the station or access point that a link wdev belongs to: its owner */
    MLOSIM_ATTR_LINK_ID,  /* u8, absent while the link wdev stands for no link */
    MLOSIM_ATTR_BAND,     /* u32, enum nl80211_band; absent if registered for none */
    MLOSIM_ATTR_LINKS, /* nest of u64: WDEV of each of a wdev's link wdevs, in the order of registration, by index from
                          1 */
    MLOSIM_ATTR_SSID,  /* bytes */
    MLOSIM_ATTR_BSSID, /* 6 bytes */

    MLOSIM_ATTR_FREQ,         /* u32, kHz, of the control channel; absent without a channel */
    MLOSIM_ATTR_WIDTH,        /* u32, enum nl80211_chan_width */
    MLOSIM_ATTR_CENTER_FREQ1, /* u32, kHz */
    MLOSIM_ATTR_TX_POWER,     /* s32, dBm */

    MLOSIM_ATTR_SOCKET_OWNER, /* u32, port of the netlink socket whose end is the wdev's end too */
    MLOSIM_ATTR_COUNTERS,     /* nest of enum mlosim_counter */

    MLOSIM_ATTR_NETDEV_BACKEND, /* u32, enum mlosim_netdev_backend */

    /* Of the wdev of an MLD; u32, bit n: link n. */
    MLOSIM_ATTR_VALID_LINKS,
    MLOSIM_ATTR_ACTIVE_LINKS,
    MLOSIM_ATTR_DORMANT_LINKS,
    MLOSIM_ATTR_LINK_POLICY,   /* string: "round_robin", "strongest", "by_tid" */
    MLOSIM_ATTR_LINK_USE,      /* u32, enum mlosim_link_use, of a link wdev */
    MLOSIM_ATTR_STATION_NAME,  /* string, as the scenario has it */
    MLOSIM_ATTR_STATION_STATE, /* u32, enum mlosim_station_state */
    MLOSIM_ATTR_ACCESS_POINT,  /* 6 bytes, that it is connected to or tries: an AP MLD's MLD address */
    /* nest of nests by index from 1, while it is associated: LINK_ID (of an MLD), BSSID, FREQ, SIGNAL of each link */
    MLOSIM_ATTR_STATION_LINKS,
    MLOSIM_ATTR_SIGNAL, /* s32, dBm, of beacons; absent if none was heard */
    MLOSIM_ATTR_REASON, /* string, why the last connection or attempt ended; absent if none has */

    MLOSIM_ATTR_BEACONS,      /* u32, until something happens */
    MLOSIM_ATTR_DURATION,     /* u64, ns */
    MLOSIM_ATTR_REASON_CODE,  /* u32, 802.11-2020 Table 9-49 */
    MLOSIM_ATTR_DISASSOCIATE, /* flag */
    MLOSIM_ATTR_PUNCTURED,    /* u32, bit n: the n-th 20 MHz piece from below is left out */
    MLOSIM_ATTR_QUIET,        /* flag: nobody is to send until the switch */
    MLOSIM_ATTR_COLOR,        /* u32, 1 to 63 */
    MLOSIM_ATTR_TARGETS,      /* nest of 6 bytes each, by index from 1: BSSIDs or addresses of AP MLDs, best first */
    /* Of the wdev of a station MLD. */
    MLOSIM_ATTR_EMLSR_LINKS,      /* u32, bit n: link n shares its radio; 0: none does */
    MLOSIM_ATTR_EMLSR_PADDING,    /* u32, us: of the initial frames that call the radio to a link */
    MLOSIM_ATTR_EMLSR_TRANSITION, /* u32, us: from the end of an exchange until it listens on all of them again */

    MLOSIM_ATTR_CHIP,    /* string: what a radio is made of: "generic", "mt7925" */
    MLOSIM_ATTR_TABLE,   /* string */
    MLOSIM_ATTR_COLUMNS, /* nest of strings by index from 1 */
    MLOSIM_ATTR_CELLS,   /* likewise */
    MLOSIM_ATTR_RECORD,  /* string */
    MLOSIM_ATTR_NUMBER,  /* u64, of an entry: from 1 on, without gaps */
    MLOSIM_ATTR_TEXT,    /* string: a line for people; a fault's rule or name */
    MLOSIM_ATTR_JSON,    /* string: one object; absent if the text is all */
    MLOSIM_ATTR_MORE,    /* flag */
    MLOSIM_ATTR_FAULT,   /* u32 */
    MLOSIM_ATTR_ACTED,   /* u64: how often */
    MLOSIM_ATTR_PLACE,   /* string: what the scenario calls a radio */

    MLOSIM_ATTR_PID,        /* u32, of a process as the machine numbers it */
    MLOSIM_ATTR_TAKES_PART, /* flag: that process's time is the world's */
    MLOSIM_ATTR_OR_TURN,    /* flag, of RUN_TO: or until a program in the world's time has done something */

    /* string: where a radio's driver is if not in this world, "vfio-user": in a virtual machine. It has no wiphy then
     */
    MLOSIM_ATTR_FRONT,

    __MLOSIM_ATTR_AFTER_LAST,
    MLOSIM_ATTR_MAX = __MLOSIM_ATTR_AFTER_LAST - 1
};

enum mlosim_counter { /* each u64 */
                      MLOSIM_COUNTER_UNSPEC,
                      MLOSIM_COUNTER_TX_FRAMES,
                      MLOSIM_COUNTER_RX_FRAMES,
                      MLOSIM_COUNTER_TX_BYTES,
                      MLOSIM_COUNTER_RX_BYTES,
                      MLOSIM_COUNTER_TX_ERRORS,
                      MLOSIM_COUNTER_RX_ERRORS,
                      MLOSIM_COUNTER_TX_DROPPED,
                      MLOSIM_COUNTER_RX_DROPPED,
                      MLOSIM_COUNTER_RX_MALFORMED, /* of radios: header, fixed fields or elements were not whole */
                      /* of built-in stations */
                      MLOSIM_COUNTER_CONNECTIONS,
                      MLOSIM_COUNTER_DISCONNECTIONS,
                      MLOSIM_COUNTER_ROAMS,    /* connections that followed another without a failure between */
                      MLOSIM_COUNTER_FAILURES, /* attempts that came to nothing */

                      __MLOSIM_COUNTER_AFTER_LAST,
                      MLOSIM_COUNTER_MAX = __MLOSIM_COUNTER_AFTER_LAST - 1
};

enum mlosim_clock_mode { MLOSIM_CLOCK_REAL, MLOSIM_CLOCK_VIRTUAL };

/* How nl80211 shows link wdevs. */
enum mlosim_dialect { MLOSIM_DIALECT_MAINLINE, MLOSIM_DIALECT_RFC };

/* What network devices are to programs: the shim's, or the kernel's own TAP devices. */
enum mlosim_netdev_backend { MLOSIM_NETDEV_EMULATED, MLOSIM_NETDEV_TAP };

enum mlosim_station_state {
    MLOSIM_STATION_IDLE,
    MLOSIM_STATION_SCANNING,
    MLOSIM_STATION_AUTHENTICATING,
    MLOSIM_STATION_ASSOCIATING,
    MLOSIM_STATION_HANDSHAKE,
    MLOSIM_STATION_CONNECTED,
    MLOSIM_STATION_ROAMING, /* it has left one access point for another, and waits for the gap to pass */
};

enum mlosim_state { MLOSIM_STATE_DOWN, MLOSIM_STATE_RUNNING };

/* What a link wdev's link does: there is none; it carries frames; it could; no traffic is mapped to it; it carries
   frames and shares its radio with other links (EMLSR). */
enum mlosim_link_use {
    MLOSIM_LINK_FREE,
    MLOSIM_LINK_ACTIVE,
    MLOSIM_LINK_INACTIVE,
    MLOSIM_LINK_DORMANT,
    MLOSIM_LINK_EMLSR,
};

/* The interface type of link wdevs, in the numbering of the first patch series. */
#define MLOSIM_IFTYPE_LINK 13u
