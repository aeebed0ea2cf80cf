# Connects and disconnects, again and again; what each time came of it.   SSID (office), TIMES (5), STAY (6: seconds)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
for i in $(seq "${TIMES:-5}"); do
    start_sae "${SSID:-office}"
    check "$i: connected with SAE" wait_for 60 is_connected
    sleep "${STAY:-6}"
    echo "$i: $(iw dev wlan0 link | grep -c BSSID) links"
    wpa terminate >/dev/null
    wait_for 10 sh -c '! pidof wpa_supplicant >/dev/null'
    sleep 1
done
dmesg | grep -E 'mt7925|wlan0|WARNING|BUG|Oops'
verdict
