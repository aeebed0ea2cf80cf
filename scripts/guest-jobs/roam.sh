# From one AP MLD to another, and back, with data before and after.   SSID (office), ROAMS (2)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-office}"
check 'connected with SAE' wait_for 60 is_connected
set_address
sleep 2
check 'the peer answers' peer_answers

# other_mld_bssid: a BSS of another AP MLD with that SSID, on 6 GHz if there is one.
other_mld_bssid() {
    local here bssid mld frequency best=
    here=$(status ap_mld_addr)
    for bssid in $(wpa scan_results | awk -v ssid="${SSID:-office}" '$NF == ssid { print $1 }'); do
        mld=$(wpa bss "$bssid" | sed -n 's/^ap_mld_addr=//p')
        frequency=$(wpa bss "$bssid" | sed -n 's/^freq=//p')
        if [ -z "$mld" ] || [ "$mld" = "$here" ]; then continue; fi
        if [ -z "$best" ] || [ "$frequency" -ge 5955 ]; then best=$bssid; fi
    done
    echo "$best"
}
arrived() {
    is_connected && [ "$(status ap_mld_addr)" != "$1" ]
}
for i in $(seq "${ROAMS:-2}"); do
    here=$(status ap_mld_addr)
    there=$(other_mld_bssid)
    check "roam $i: there is another AP MLD" test -n "$there"
    [ -n "$there" ] || break
    wpa pmksa_flush >/dev/null # SAE anew at each access point
    wpa roam "$there"
    check "roam $i: at another AP MLD" wait_for 30 arrived "$here"
    sleep 2
    iw dev wlan0 link | tee "/share/out/iw-link.$i.txt"
    check "roam $i: two links" has_links 2
    check "roam $i: the peer answers" peer_answers 10
done
wpa terminate >/dev/null
verdict
