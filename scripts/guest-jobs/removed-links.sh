# The access point takes away two of three links, the one over which the driver associated first (defect B5).
# --scenario real-driver-links.json
. /root/functions.sh
six_ghz() {
    iw phy | grep '6135.0 MHz' | grep -qv disabled
}
links_gone() { # what is left of a kernel that oopsed answers iw no more
    [ "$(dmesg | grep -c 'MLO Reconfiguration: work')" = "$1" ]
}
check 'the driver gets the chip up' load_driver
check 'channels on 6 GHz' wait_for 10 six_ghz
start_sae office 'scan_freq=2412 5180 6135' 'freq_list=2412 5180'
check 'connected with SAE' wait_for 60 is_connected
check 'three links' wait_for 10 has_links 3
check 'a link is gone' wait_for 60 links_gone 1
check 'two links are gone' wait_for 30 links_gone 2
sleep 3
dmesg | grep -E 'WARNING|BUG:|Oops|RIP: 0010|wlan0|Failed'
check 'the kernel is fine' sh -c '! dmesg | grep -qE "Oops|WARNING"'
verdict
