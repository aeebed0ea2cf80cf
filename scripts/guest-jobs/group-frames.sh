# Broadcasts to a station with two links, one after the other (defect B16): the peer asks who has an address that it does not know.   FIRST (2412)
# --scenario real-driver-mlo.json -- --set /radios/0/refuse_keys=true
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae office 'scan_freq=2412 5180' "freq_list=${FIRST:-2412}"
check 'connected with SAE' wait_for 60 is_connected
check 'two links' wait_for 10 has_links 2
sleep 5
set_address
check 'the peer answers' peer_answers
heard=0
for i in $(seq 100 129); do
    ip addr add "10.0.0.$i/24" dev wlan0
    ping -c 1 -W 1 -I "10.0.0.$i" "$PEER" >/dev/null && heard=$((heard + 1))
done
echo "$heard of 30 addresses were asked for in vain no longer than a second"
iw dev wlan0 station dump
check 'broadcasts are heard' test $heard -ge 20
wpa terminate >/dev/null
verdict
