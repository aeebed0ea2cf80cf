// What a program's control interface sends.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "host/control_socket.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view datagram(reinterpret_cast<const char*>(data), size);
    const std::string text = mlosim::host::control_text(datagram);
    if (text.size() > size || (!text.empty() && (text.back() == '\n' || text.back() == '\0'))) std::abort();
    const auto event = mlosim::host::parse_control_event(datagram);
    // An event begins with its level, and its text is the end of the datagram.
    if (event && (size < 3 || event->text.size() > size - 3)) std::abort();
    return 0;
}
