# The access point takes the second link away some seconds after it was added, when the driver's mlo_pm_work is due (defect B1: it is five seconds
# after the first beacon of that link, three after its addition). AT: when the link goes, in seconds of the world's time.
# --scenario real-driver-mlo.json -- --set '/steps=[{"at": "88.8 s", "remove_ap_link": {"network": "office-west", "link_id": 0}},
#     {"at": "89.7 s", "fault": {"radio": "sta", "rules": ["delay=2900 cid=DEV_INFO skip=1", "delay=2900 cid=BSS_INFO bss=1 skip=2"]}}]'
. /root/functions.sh
started=$(stat -c %Y /share/job.sh) # by the daemon, on the clock that the guest was given
seconds_left() {
    echo $((started + ${AT:-90} - $(date +%s)))
}
check 'the driver gets the chip up' load_driver
start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
check 'connected with SAE' wait_for 60 is_connected
wpa disconnect >/dev/null
wpa pmksa_flush >/dev/null
check 'there is time left' test "$(seconds_left)" -gt 9
while [ "$(seconds_left)" -gt "${BEFORE:-8}" ]; do usleep 50000; done
wpa reconnect >/dev/null
wait_for 10 is_connected
echo "connected again; $(seconds_left) s left"
sleep 20
dmesg | grep -E 'WARNING|BUG:|Oops|RIP: 0010|Reconfiguration'
check 'the kernel is fine' sh -c '! dmesg | grep -q Oops'
verdict
