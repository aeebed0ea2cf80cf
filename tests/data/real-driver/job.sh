# Everything that tests/e2e/real_driver.py looks at, in one boot. Each part leaves files in /share/out.
. /root/functions.sh
out=/share/out

COUNTRY=
load_driver || exit 1
iw list >$out/iw-list.world.txt
iw reg set US
sleep 1
iw list >$out/iw-list.US.txt
iw reg set DE
sleep 1
iw dev wlan0 scan >$out/scan.txt

set_address
start_sae home-5
wait_for 60 is_connected
wpa status >$out/sae.status.txt
peer_answers 10 && touch $out/sae.answers
wpa terminate >/dev/null
wait_for 10 sh -c '! pidof wpa_supplicant'

# First where the AP MLD in the west is, then everywhere.
start_sae office 'scan_freq=2412 5180' 'freq_list=2412 5180'
wait_for 60 is_connected
sleep 2 # the driver adds its second link when all keys are there
wpa status >$out/west.status.txt
iw dev wlan0 link >$out/west.link.txt
peer_answers 40 && touch $out/west.answers

wpa set_network 0 freq_list '5180 5745 6135'
wpa set_network 0 scan_freq '5180 5745 6135'
looks() {
    wpa scan TYPE=ONLY freq=5180,5745,6135 | grep -q OK
}
knows_it() {
    wpa bss 02:00:00:00:ff:06 | grep -q ap_mld_addr
}
wait_for 20 looks
wait_for 20 knows_it
arrived() {
    is_connected && [ "$(status ap_mld_addr)" = 02:00:00:00:ff:00 ]
}
# On a busy machine an answer may come too late for the guest: then once more from wherever it is.
for attempt in 1 2; do
    wpa pmksa_flush # SAE anew
    arrived || wpa roam 02:00:00:00:ff:06
    wait_for 30 arrived && break
    wpa reassociate
    wait_for 30 is_connected
done
sleep 2
wpa status >$out/east.status.txt
iw dev wlan0 link >$out/east.link.txt
peer_answers 40 && touch $out/east.answers
wpa terminate >/dev/null
exit 0
