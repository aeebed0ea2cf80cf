# A multi-link connection ends, and a chip that has forgotten the second link already refuses to remove its group keys (defect B6).
# --scenario real-driver-mlo.json --fault 'sta: status=65539 cid=STA_REC wcid=18 skip=2 times=2'
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
check 'connected with SAE' wait_for 60 is_connected
sleep 3
wpa disconnect >/dev/null
sleep 2
dmesg | grep -E 'failed to|deauthenticating|WARNING|BUG:|Oops'
check 'all keys were removed' sh -c '! dmesg | grep -q "failed to remove key"'
wpa terminate >/dev/null
verdict
