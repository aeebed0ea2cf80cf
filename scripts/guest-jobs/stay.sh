# Connects, and stays with data for a while: what the driver says meanwhile.   SSID (home), FREQUENCIES, STAY (10: seconds)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-home}" ${FREQUENCIES:+"scan_freq=$FREQUENCIES" "freq_list=$FREQUENCIES"}
check 'connected with SAE' wait_for 60 is_connected
set_address
peer_answers 10 && echo 'the peer answered at once'
sleep "${STAY:-10}"
check 'connected after a while' wait_for 60 is_connected
check 'the peer answers' peer_answers 10
iw dev wlan0 link
iw reg get | grep country
dmesg | grep -E 'mt7925|wlan0|cfg80211|WARNING|BUG|Oops' | cut -c 1-140
wpa terminate >/dev/null
verdict
