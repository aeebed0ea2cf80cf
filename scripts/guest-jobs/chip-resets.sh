# The chip is started anew while the driver is at work, again and again.   SSID (office), TIMES (3)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-office}"
check 'connected with SAE' wait_for 60 is_connected
for i in $(seq "${TIMES:-3}"); do
    echo 1 >/sys/kernel/debug/ieee80211/phy0/mt76/chip_reset
    sleep 4
    check "$i: connected again" wait_for 60 is_connected
done
dmesg | grep -E 'mt7925|wlan0|WARNING|BUG|Oops'
verdict
