# Another country: the driver tells the firmware what is allowed on each channel.
. /root/functions.sh
check 'the driver gets the chip up' load_driver
for country in US DE JP 00; do
    iw reg set $country
    sleep 1
    iw reg get >"/share/out/iw-reg.$country.txt"
    iw phy >"/share/out/iw-phy.$country.txt"
    check "country $country" grep -q "country $country" "/share/out/iw-reg.$country.txt"
done
verdict
