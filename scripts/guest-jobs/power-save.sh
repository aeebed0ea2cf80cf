# The chip sleeps between beacons, and the driver lets it have itself.   SSID (home)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-home}"
check 'connected with SAE' wait_for 60 is_connected
set_address
pm=/sys/kernel/debug/ieee80211/phy0/mt76
iw dev wlan0 set power_save on
echo 1 >$pm/runtime-pm
sleep 5
check 'the peer answers a sleeper' peer_answers 10
cat $pm/runtime_pm_stats
iw dev wlan0 set power_save off
check 'the peer answers one that is awake' peer_answers 10
wpa terminate >/dev/null
verdict
