# The firmware takes no more commands while an MLD leaves to connect anew (defect B10).
# --scenario real-driver-mlo.json --fault 'sta: stall_ring15 cid=BSS_INFO skip=21 times=1'
. /root/functions.sh
lost() {
    dmesg | grep -q 'Message .* timeout'
}
check 'the driver gets the chip up' load_driver
start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
check 'connected with SAE' wait_for 60 is_connected
sleep 8 # until the driver has said all that it has to say about the links
wpa pmksa_flush >/dev/null
wpa reassociate >/dev/null
check 'commands are lost' wait_for 20 lost
sleep 4
check 'connected again' wait_for 60 is_connected
dmesg | grep -E 'mt7925|wlan0|WARNING|BUG:|Oops' | grep -v Version
wpa terminate >/dev/null
verdict
