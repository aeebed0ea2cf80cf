# iperf3 to the peer and from it.   SSID (office), SECONDS_EACH (5)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-office}"
check 'connected with SAE' wait_for 60 is_connected
set_address
sleep 2
check 'the peer answers' peer_answers
iperf3 -c "$PEER" -t "${SECONDS_EACH:-5}" | tee /share/out/iperf3.up.txt
iperf3 -c "$PEER" -t "${SECONDS_EACH:-5}" -R | tee /share/out/iperf3.down.txt
check 'octets went up' grep -q 'receiver' /share/out/iperf3.up.txt
check 'octets came down' grep -q 'receiver' /share/out/iperf3.down.txt
verdict
