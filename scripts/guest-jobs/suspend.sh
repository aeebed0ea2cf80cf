# The host suspends and resumes: the driver takes leave of its chip, and finds it again.   SSID (home), DEPTH (platform)
. /root/functions.sh
WPA_LOG=/run/wpa_supplicant.log
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-home}"
check 'connected with SAE' wait_for 60 is_connected
check 'suspended and resumed' suspend_host "${DEPTH:-platform}"
dmesg | grep -E 'PM: suspend|mt7925|wlan0|WARNING|BUG|Oops'
sleep 3
check 'connected again' wait_for 60 is_connected
set_address
check 'the peer answers' peer_answers 10
wpa terminate >/dev/null
cp $WPA_LOG /share/out/
verdict
