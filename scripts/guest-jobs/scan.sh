# Who is there, on all bands.
. /root/functions.sh
scans() {
    iw dev wlan0 scan >/share/out/scan.txt
}
check 'the driver gets the chip up' load_driver
check 'a scan ends' scans
cat /share/out/scan.txt
for band in 24 5 59 6; do grep -q "freq: $band" /share/out/scan.txt && echo "heard something on $band…"; done
verdict
