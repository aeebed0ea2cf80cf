# What jobs have in common: `. /root/functions.sh`.

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
    local left=$(($1 * 10))
    shift
    until "$@"; do
        left=$((left - 1))
        [ $left -gt 0 ] || {
            echo "in vain: $*"
            return 1
        }
        usleep 100000
    done
}

# load_driver: the chip is probed, its netdev is there and up.
load_driver() {
    modprobe mt7925e "$@" || return 1
    wait_for 30 test -e /sys/class/net/wlan0 || return 1
    ip link set wlan0 up
}
