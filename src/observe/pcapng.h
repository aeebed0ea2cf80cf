#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

#include "ieee80211/byte_io.h"
#include "sim/virtual_time.h"

namespace mlosim::observe {

/// What the packets of an interface begin with (LINKTYPE_*).
enum class LinkType : std::uint16_t { ieee802_11_radiotap = 127, netlink = 253 };

/// Makes the blocks of a pcapng file (draft-ietf-opsawg-pcapng), each whole at once: a section header first, then
/// interfaces and packets as they come. Times are the world's, in nanoseconds from its start.
class PcapngWriter {
public:
    /// Gets one whole block.
    using Sink = std::function<void(std::string_view block)>;
    using InterfaceId = std::uint32_t;
    enum class Direction : std::uint8_t { unknown = 0, inbound = 1, outbound = 2 };

    PcapngWriter(Sink sink, std::string_view application);

    InterfaceId add_interface(std::string_view name, std::string_view description, LinkType link);
    /// A packet of all `pieces` in a row, and what there is to say of it.
    void packet(InterfaceId interface, sim::Time at, std::initializer_list<ieee80211::ByteView> pieces,
                Direction direction = Direction::unknown, std::string_view comment = {});

private:
    void begin(std::uint32_t type);
    void option(std::uint16_t code, ieee80211::ByteView value);
    void pad();
    void end();

    Sink sink_;
    ieee80211::Bytes block_;
    InterfaceId interfaces_ = 0;
};

}  // namespace mlosim::observe
