# From one AP MLD to another, with data before and after.   SSID (office), FROM and TO: frequencies of the two
. /root/functions.sh
FROM=${FROM:-2412 5180}
TO=${TO:-5180 5745 6135}
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-office}" "scan_freq=$FROM" "freq_list=$FROM"
check 'connected with SAE' wait_for 60 is_connected
set_address
sleep 2 # the driver adds its second link when all keys are there
iw dev wlan0 link | tee /share/out/iw-link.1.txt
check 'two links' has_links 2
check 'the peer answers' peer_answers 10

here=$(status ap_mld_addr)
wpa set_network 0 freq_list "$TO" >/dev/null
wpa set_network 0 scan_freq "$TO" >/dev/null
wpa scan TYPE=ONLY "freq=${TO// /,}" >/dev/null
sleep 3
# The last of the list is on 6 GHz, if one is.
there=
for bssid in $(wpa scan_results | awk -v ssid="${SSID:-office}" '$NF == ssid { print $2, $1 }' | sort -n | cut -d' ' -f2); do
    [ "$(wpa bss "$bssid" | sed -n 's/^ap_mld_addr=//p')" = "$here" ] || there=$bssid
done
check 'there is another AP MLD' test -n "$there"
arrived() {
    is_connected && [ "$(status ap_mld_addr)" != "$here" ]
}
wpa roam "$there"
check 'at another AP MLD' wait_for 30 arrived
sleep 2
iw dev wlan0 link | tee /share/out/iw-link.2.txt
check 'two links there' has_links 2
check 'the peer answers there' peer_answers 10
wpa terminate >/dev/null
verdict
