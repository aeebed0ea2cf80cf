# What jobs have in common: `. /root/functions.sh`. Names in capitals may be given on the kernel's command line.

: "${COUNTRY:=DE}" "${PASSWORD:=over the hills}" "${ADDRESS:=10.0.0.2/24}" "${PEER:=10.0.0.1}"

# wait_for SECONDS COMMAND…: until the command succeeds.
wait_for() {
    local until=$((SECONDS + $1))
    shift
    until "$@"; do
        if [ $SECONDS -ge $until ]; then
            echo "in vain: $*"
            return 1
        fi
        usleep 100000
    done
}

# check SENTENCE COMMAND…: one line, `ok` or `not ok`. A job that ends with `verdict` fails if one did.
failures=0
check() {
    local sentence=$1
    shift
    if "$@"; then
        echo "ok - $sentence"
    else
        echo "not ok - $sentence"
        failures=$((failures + 1))
    fi
}
verdict() {
    [ $failures -eq 0 ]
    exit
}

# load_driver [PARAMETER…]: the chip is probed, its netdev is there and up, the country is set.
load_driver() {
    modprobe mt7925e "$@" || return 1
    wait_for 60 test -e /sys/class/net/wlan0 || return 1
    ip link set wlan0 up || return 1
    [ -z "$COUNTRY" ] || iw reg set "$COUNTRY"
}

wpa() {
    wpa_cli -i wlan0 "$@" 2>&1
}

# start_supplicant LINE…: wpa_supplicant with one network of these lines.
start_supplicant() {
    {
        printf '%s\n' ctrl_interface=/run/wpa_supplicant p2p_disabled=1 sae_pwe=2 'network={'
        printf '    %s\n' "$@"
        echo '}'
    } >/run/wpa.conf
    wpa_supplicant -B -t -D nl80211 -i wlan0 -c /run/wpa.conf -f /share/out/wpa_supplicant.log
}

# sae SSID [LINE…]: the lines of a network with WPA3.
start_sae() {
    local ssid=$1
    shift
    start_supplicant "ssid=\"$ssid\"" key_mgmt=SAE "sae_password=\"$PASSWORD\"" ieee80211w=2 "$@"
}

status() {
    wpa status | sed -n "s/^$1=//p"
}
is_connected() {
    [ "$(status wpa_state)" = COMPLETED ]
}

# has_links COUNT: what the kernel says of its connection.
has_links() {
    [ "$(iw dev wlan0 link | grep -c 'Link [0-9]* BSSID')" = "$1" ]
}

set_address() {
    ip addr add "$ADDRESS" dev wlan0
}

# peer_answers [COUNT]: all but one of the pings; the first may be lost while addresses are resolved.
peer_answers() {
    local count=${1:-5} answers
    answers=$(/usr/bin/ping -c "$count" -i 0.2 -W 2 "$PEER" | tee -a /share/out/ping.txt | grep -c 'bytes from')
    [ "$answers" -ge $((count - 1)) ]
}
