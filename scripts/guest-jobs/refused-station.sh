# A chip that refuses an access point's entry, again and again (--fault 'sta: status=65539 cid=STA_REC times=40'): whether the
# driver keeps what it took for each (defect B8).   SSID (home), FREQUENCY (2437), TRIES (16)
# Without wpa_supplicant: the status comes back to it as an error above zero, after which it was seen to do nothing more.
. /root/functions.sh
check 'the driver gets the chip up' load_driver
wait_for 20 iw dev wlan0 scan freq "${FREQUENCY:=2437}" >/share/out/scan.txt
bssid=$(sed -n 's/^BSS \([0-9a-f:]*\).*/\1/p' /share/out/scan.txt | head -n 1)
for i in $(seq "${TRIES:-16}"); do
    timeout 2 iw dev wlan0 auth "${SSID:-home}" "$bssid" open "$FREQUENCY" >/dev/null 2>&1
    sleep 1
done
dmesg | grep -E 'wlan0|WARNING|BUG|Oops|corruption' | cut -c 1-140
check 'entries are left' sh -c '! dmesg | grep -q "failed to insert STA entry.*-28"'
verdict
