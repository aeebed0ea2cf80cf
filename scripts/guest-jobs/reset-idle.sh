# The chip is started anew while nobody uses it; whether it is alive afterwards.   TIMES (1), SETTLE (30: seconds)
. /root/functions.sh
scans() {
    timeout 20 iw dev wlan0 scan >/dev/null
}
check 'the driver gets the chip up' load_driver
for i in $(seq "${TIMES:-1}"); do
    echo 1 >/sys/kernel/debug/ieee80211/phy0/mt76/chip_reset
    sleep "${SETTLE:-30}"
    check "$i: it scans" scans
done
dmesg | grep -E 'mt7925|wlan0|WARNING|BUG|Oops'
verdict
