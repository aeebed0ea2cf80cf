# The driver resets its chip, and all comes back.   SSID (home)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-home}"
check 'connected with SAE' wait_for 60 is_connected
echo 1 >/sys/kernel/debug/ieee80211/phy0/mt76/chip_reset
sleep 3
check 'connected again' wait_for 60 is_connected
set_address
check 'the peer answers' peer_answers 10
verdict
