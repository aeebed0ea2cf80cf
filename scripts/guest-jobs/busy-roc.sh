# Second links are to be added while a program has time on a channel by another interface (defect B13): offchannel, as P2P, DPP or GAS do.
# TRIGGER: the line of the log after which it asks (authenticated). DELAYS: microseconds later, one for each connection
# --scenario real-driver-mlo.json
. /root/functions.sh
listen() { # has to ask between the association's end and the second link's addition
    ip link set wlan1 up
    grep -m "$1" "wlan0: ${TRIGGER:-authenticated}" /dev/kmsg >/dev/null
    usleep "$2"
    iw dev wlan1 offchannel "${CHANNEL:-2412}" 500
}
check 'the driver gets the chip up' load_driver
iw dev wlan0 interface add wlan1 type managed
round=0
for delay in ${DELAYS:-0 0 10000 20000 30000 40000 60000 80000}; do
    round=$((round + 1))
    listen $round "$delay" &
    if [ $round = 1 ]; then
        start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
    else
        wpa reconnect >/dev/null
    fi
    wait_for 30 is_connected
    sleep 2
    echo "-- $round, $delay us: $(status wpa_state)" | tee /dev/kmsg
    wpa disconnect >/dev/null
    wpa pmksa_flush >/dev/null
    ip link set wlan1 down # whatever is left of its time
    sleep 1
done
dmesg | grep -E 'WARNING|BUG:|Oops|RIP: 0010|-- '
check 'the kernel is fine' sh -c '! dmesg | grep -qE "Oops|WARNING"'
wpa terminate >/dev/null
verdict
