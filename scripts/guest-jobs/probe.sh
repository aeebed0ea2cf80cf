# The driver finds its chip; what it says about it.
. /root/functions.sh
COUNTRY=
check 'the driver gets the chip up' load_driver
iw list >/share/out/iw-list.txt
iw dev >/share/out/iw-dev.txt
iw reg get >/share/out/iw-reg.txt
verdict
