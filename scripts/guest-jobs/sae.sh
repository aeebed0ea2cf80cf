# WPA3 with the guest's own wpa_supplicant, then data.   SSID (home)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-home}"
check 'connected with SAE' wait_for 60 is_connected
cat /proc/uptime >/share/out/connected
iw dev wlan0 link
set_address
check 'the peer answers' peer_answers 10
iw dev wlan0 station dump >/share/out/station.txt
wpa terminate >/dev/null
verdict
