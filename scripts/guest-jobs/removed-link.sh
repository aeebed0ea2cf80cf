# The access point takes away the link over which the driver associated (defects B1, B2).   THEN (disconnect, or frame)
# --scenario real-driver-links.json
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
check 'connected with SAE' wait_for 60 is_connected
check 'two links' wait_for 10 has_links 2
sleep 3 # the driver adds its second link when all keys are there
set_address
check 'the peer answers' peer_answers
check 'a link goes' wait_for 60 has_links 1
sleep 2
check 'the peer answers over the other link' peer_answers
sync
case ${THEN:-disconnect} in
disconnect) wpa disconnect ;;
frame) wpa wnm_bss_query 6 ;; # an action frame to the access point
esac
sleep 3
dmesg | grep -E 'BUG:|Oops|RIP: 0010|wlan0'
check 'the kernel is fine' sh -c '! dmesg | grep -q Oops'
verdict
