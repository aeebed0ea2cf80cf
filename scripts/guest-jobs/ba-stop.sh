# Block ack agreements end while the driver is connected: the access point wants a new pairwise key (defect B17).
# --scenario real-driver-mlo.json -- --set '/steps=[{"at": "60 s", "rekey": {"network": "office-west", "station": "02:79:25:00:aa:00"}}]'
. /root/functions.sh
keys() {
    [ "$(grep -c 'Key negotiation completed' /share/out/wpa_supplicant.log)" -ge "$1" ]
}
check 'the driver gets the chip up' load_driver
start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
check 'connected with SAE' wait_for 60 is_connected
sleep 3
set_address
check 'the peer answers' peer_answers
had=$(grep -c 'Key negotiation completed' /share/out/wpa_supplicant.log)
echo "mark before" >/dev/kmsg
check 'a new key' wait_for 60 keys $((had + 1))
echo "mark after" >/dev/kmsg
sleep 1
check 'the peer answers with it' peer_answers 10
sleep 5
check 'the peer answers after a while' peer_answers 10
dmesg | grep -E 'mt7925|wlan0|WARNING|BUG:|Oops'
verdict
