#pragma once

#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/frame_control.h"
#include "sim/result.h"

namespace mlosim::ieee80211 {

/// Size of the MAC header that the Frame Control field asks for; 0 for frames of type extension, which nobody here
/// speaks. A Control Wrapper counts as its receiver's address, what it carries is body. cf. ieee80211_hdrlen()
[[nodiscard]] std::size_t header_size(FrameControl fc);

/// A frame (without FCS) in received bytes, 802.11-2020 9.2.3. `parse` checks that the header is whole.
class FrameView {
public:
    [[nodiscard]] static Result<FrameView> parse(ByteView frame);

    [[nodiscard]] FrameControl frame_control() const { return FrameControl{frame_}; }
    [[nodiscard]] std::uint16_t duration() const { return ByteReader{frame_.subspan(2)}.u16le(); }
    [[nodiscard]] MacAddress addr1() const { return address(4); }  // the receiver
    /// The transmitter; CTS, Ack and Control Wrapper have none.
    [[nodiscard]] std::optional<MacAddress> addr2() const;
    [[nodiscard]] std::optional<MacAddress> addr3() const;
    [[nodiscard]] std::optional<MacAddress> addr4() const;
    [[nodiscard]] std::optional<SequenceControl> sequence() const;
    [[nodiscard]] std::optional<QosControl> qos() const;
    [[nodiscard]] std::optional<std::uint32_t> ht_control() const;

    /// Destination, source and BSSID where type and DS bits put them (802.11-2020 Table 9-30); control frames have
    /// none, and four-address frames no BSSID.
    [[nodiscard]] std::optional<MacAddress> destination() const;
    [[nodiscard]] std::optional<MacAddress> source() const;
    [[nodiscard]] std::optional<MacAddress> bssid() const;

    [[nodiscard]] ByteView header() const { return frame_.first(header_size(frame_control())); }
    /// Everything after the header; of a protected frame this begins with the cipher's header.
    [[nodiscard]] ByteView body() const { return frame_.subspan(header_size(frame_control())); }
    [[nodiscard]] ByteView octets() const noexcept { return frame_; }

private:
    explicit FrameView(ByteView frame) : frame_(frame) {}
    [[nodiscard]] MacAddress address(std::size_t at) const { return ByteReader{frame_.subspan(at)}.mac(); }

    ByteView frame_;
};

/// A MAC header as a value. The Frame Control field decides which fields there are; those that are not are not written.
class FrameHeader {
public:
    [[nodiscard]] static FrameHeader management(ManagementSubtype subtype, const MacAddress& destination,
                                                const MacAddress& source, const MacAddress& bssid);
    /// Station to AP.
    [[nodiscard]] static FrameHeader data_to_ds(DataSubtype subtype, const MacAddress& bssid, const MacAddress& source,
                                                const MacAddress& destination);
    /// AP to station.
    [[nodiscard]] static FrameHeader data_from_ds(DataSubtype subtype, const MacAddress& destination,
                                                  const MacAddress& bssid, const MacAddress& source);
    /// Four addresses (WDS).
    [[nodiscard]] static FrameHeader data_wds(DataSubtype subtype, const MacAddress& receiver,
                                              const MacAddress& transmitter, const MacAddress& destination,
                                              const MacAddress& source);
    /// Control frames with a receiver alone (CTS, Ack), or with both addresses.
    [[nodiscard]] static FrameHeader control(ControlSubtype subtype, const MacAddress& receiver,
                                             const MacAddress& transmitter = {});
    [[nodiscard]] static Result<FrameHeader> parse(ByteView frame);

    [[nodiscard]] const FrameControl& frame_control() const noexcept { return control_; }
    /// Flags that leave the header's fields as they are.
    FrameHeader& retry(bool on = true);
    FrameHeader& power_management(bool on = true);
    FrameHeader& more_data(bool on = true);
    FrameHeader& protect(bool on = true);

    std::uint16_t duration = 0;
    MacAddress addr1;
    MacAddress addr2;
    MacAddress addr3;
    MacAddress addr4;
    SequenceControl sequence;
    QosControl qos;
    /// Adds the HT Control field to a management or QoS data frame, or takes it away.
    FrameHeader& ht_control(std::optional<std::uint32_t> value);
    [[nodiscard]] std::optional<std::uint32_t> ht_control() const noexcept;

    void append_to(ByteWriter& out) const;
    /// Equal as written.
    friend bool operator==(const FrameHeader& a, const FrameHeader& b);

private:
    explicit FrameHeader(FrameControl control) : control_(control) {}
    FrameControl control_;
    std::uint32_t ht_control_ = 0;
};

}  // namespace mlosim::ieee80211
