# Five connections to an AP MLD, with a chip that refuses the second link of the first three (defect B9):
# --scenario real-driver-mlo.json --fault 'sta: status=65539 cid=STA_REC wcid=2 times=3'
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
for round in 1 2 3 4 5; do
    wait_for 60 is_connected
    sleep 3
    echo "-- connection $round: $(status wpa_state), $(iw dev wlan0 link | grep -c 'Link ') links listed"
    echo "mark $round" >/dev/kmsg
    wpa disconnect >/dev/null
    sleep 1
    wpa pmksa_flush >/dev/null
    [ $round = 5 ] || wpa reconnect >/dev/null
done
wpa terminate >/dev/null
verdict
