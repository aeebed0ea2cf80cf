# Two links with an AP MLD, data on them.   SSID (office), LINKS (2)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-office}" ${FREQUENCIES:+"scan_freq=$FREQUENCIES" "freq_list=$FREQUENCIES"}
check 'connected with SAE' wait_for 60 is_connected
check "${LINKS:-2} links" wait_for 10 has_links "${LINKS:-2}"
sleep 2 # the driver adds its second link when all keys are there
iw dev wlan0 link | tee /share/out/iw-link.txt
set_address
check 'the peer answers' peer_answers 20
iw dev wlan0 station dump >/share/out/station.txt
wpa status | tee /share/out/wpa-status.txt
wpa terminate >/dev/null
verdict
