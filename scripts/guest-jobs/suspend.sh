# Suspend to idle, woken by the clock after three seconds.   SSID (home)
. /root/functions.sh
check 'the driver gets the chip up' load_driver
start_sae "${SSID:-home}"
check 'connected with SAE' wait_for 60 is_connected
echo s2idle >/sys/power/mem_sleep
echo +3 >/sys/class/rtc/rtc0/wakealarm
cat /sys/class/rtc/rtc0/wakealarm
check 'slept' sh -c 'echo freeze >/sys/power/state'
sleep 3
check 'connected again' wait_for 60 is_connected
set_address
check 'the peer answers' peer_answers 10
verdict
