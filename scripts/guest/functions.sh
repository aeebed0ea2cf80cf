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
    wpa_supplicant -B -t -D nl80211 -i wlan0 -c /run/wpa.conf -f "${WPA_LOG:-/share/out/wpa_supplicant.log}"
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

# mount_share: the host's folder, and in it the one for results, if that is another one.
mount_share() {
    local options=trans=virtio,version=9p2000.L,msize=262144
    mount -t 9p -o $options share /share || return 1
    mkdir -p /share/out
    mount -t 9p -o $options results /share/out 2>/dev/null || true
}

# suspend_host [DEPTH]: suspend to idle and back, by the kernel's own test of it: five seconds with devices suspended, down to
# DEPTH (devices, platform). A clock would not wake this machine: rtc_cmos leaves that to ACPI, and QEMU's ACPI tells of the
# clock only where the machine was suspended to memory. The host's folder is let go meanwhile, since virtio's 9p does not
# come back from a suspend: nothing may be open there (WPA_LOG).
suspend_host() {
    local result=0
    echo s2idle >/sys/power/mem_sleep
    echo "${1:-platform}" >/sys/power/pm_test
    touch /run/away
    echo 'the shared folder is let go'
    echo 'mlosim-guest: the shared folder is let go' >/dev/kmsg
    wait_for 5 umount /share/out 2>/dev/null
    wait_for 5 umount /share || return 1
    modprobe -r 9pnet_virtio
    echo mem >/sys/power/state || result=1
    echo none >/sys/power/pm_test
    modprobe 9pnet_virtio
    mount_share
    rm /run/away
    return $result
}
