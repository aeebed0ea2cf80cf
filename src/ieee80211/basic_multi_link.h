#pragma once

#include <optional>
#include <vector>

#include "ieee80211/multi_link.h"

namespace mlosim::ieee80211 {

/// DTIM Info subfield of a Per-STA Profile.
struct DtimInfo {
    std::uint8_t count = 0;
    std::uint8_t period = 0;
    friend bool operator==(const DtimInfo&, const DtimInfo&) = default;
};

/// Per-STA Profile subelement of a Basic Multi-Link element, 802.11be 9.4.2.322.2.4: one affiliated STA on its link.
struct BasicPerStaProfile {
    LinkId link;
    bool complete = false;
    std::optional<MacAddress> sta_addr;
    std::optional<std::uint16_t> beacon_interval;  // TU
    std::optional<std::int64_t> tsf_offset;  // this link's TSF less the reporting link's, in 2 us (two's complement)
    std::optional<DtimInfo> dtim;
    std::optional<std::uint16_t> nstr_links;  // a bit for each link; only complete profiles carry it
    std::optional<std::uint8_t> bss_parameters_change_count;
    /// STA Profile field: fixed fields and elements as in the frame that carries the element, less what is inherited.
    Bytes profile;

    void append_to(ByteWriter& out) const;
    friend bool operator==(const BasicPerStaProfile&, const BasicPerStaProfile&) = default;
};

/// The same over received bytes. It owns a copy of the subelement if that came in fragments.
class BasicPerStaProfileView {
public:
    [[nodiscard]] static Result<BasicPerStaProfileView> parse(const ElementView& subelement);

    [[nodiscard]] LinkId link() const;
    [[nodiscard]] bool complete() const;
    [[nodiscard]] std::optional<MacAddress> sta_addr() const;
    [[nodiscard]] std::optional<std::uint16_t> beacon_interval() const;
    [[nodiscard]] std::optional<std::int64_t> tsf_offset() const;
    [[nodiscard]] std::optional<DtimInfo> dtim() const;
    [[nodiscard]] std::optional<std::uint16_t> nstr_links() const;
    [[nodiscard]] std::optional<std::uint8_t> bss_parameters_change_count() const;
    [[nodiscard]] ByteView profile() const;

    [[nodiscard]] BasicPerStaProfile value() const;

private:
    explicit BasicPerStaProfileView(ElementBody body) : body_(std::move(body)) {}
    [[nodiscard]] std::uint16_t control() const;
    [[nodiscard]] ByteReader at(unsigned part) const;

    ElementBody body_;
};

/// The Per-STA Profiles of a Basic Multi-Link element, in order, defragmented.
class BasicPerStaProfileRange {
public:
    class Iterator {
    public:
        using value_type = BasicPerStaProfileView;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        explicit Iterator(ElementList::Iterator at) : at_(at) { to_profile(); }
        BasicPerStaProfileView operator*() const;
        Iterator& operator++() {
            ++at_;
            to_profile();
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& a, std::default_sentinel_t end) { return a.at_ == end; }

    private:
        void to_profile();
        ElementList::Iterator at_;
    };

    explicit BasicPerStaProfileRange(ElementList link_info) : link_info_(link_info) {}
    [[nodiscard]] Iterator begin() const { return Iterator{link_info_.begin()}; }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

private:
    ElementList link_info_;
};

/// Basic Multi-Link element, 802.11be 9.4.2.322.2, over received bytes.
class BasicMultiLinkView {
public:
    [[nodiscard]] static Result<BasicMultiLinkView> parse(ByteView body);

    [[nodiscard]] MacAddress mld_addr() const;
    [[nodiscard]] std::optional<LinkId> link_id() const;  // absent in (Re)Association Requests
    [[nodiscard]] std::optional<std::uint8_t> bss_parameters_change_count() const;
    [[nodiscard]] std::optional<MediumSyncDelay> medium_sync_delay() const;
    [[nodiscard]] std::optional<EmlCapabilities> eml() const;
    [[nodiscard]] std::optional<MldCapabilities> mld_capabilities() const;
    [[nodiscard]] std::optional<std::uint8_t> ap_mld_id() const;
    [[nodiscard]] std::optional<ExtendedMldCapabilities> extended_mld_capabilities() const;
    [[nodiscard]] BasicPerStaProfileRange profiles() const { return BasicPerStaProfileRange{parts_.link_info}; }
    /// The profile of one link.
    [[nodiscard]] std::optional<BasicPerStaProfileView> profile(LinkId link) const;
    [[nodiscard]] const ElementList& link_info() const noexcept { return parts_.link_info; }

private:
    explicit BasicMultiLinkView(const detail::MultiLinkParts& parts) : parts_(parts) {}
    [[nodiscard]] bool has(unsigned part) const;
    [[nodiscard]] ByteReader at(unsigned part) const;

    detail::MultiLinkParts parts_;
};

/// Basic Multi-Link element as a value.
struct BasicMultiLink {
    static constexpr ElementType type = element::multi_link;

    MacAddress mld_addr;
    std::optional<LinkId> link_id;
    std::optional<std::uint8_t> bss_parameters_change_count;
    std::optional<MediumSyncDelay> medium_sync_delay;
    std::optional<EmlCapabilities> eml;
    std::optional<MldCapabilities> mld_capabilities;
    std::optional<std::uint8_t> ap_mld_id;
    std::optional<ExtendedMldCapabilities> extended_mld_capabilities;
    std::vector<BasicPerStaProfile> profiles;
    Bytes other_subelements;  // whole, as received; written after the profiles

    [[nodiscard]] static Result<BasicMultiLink> parse(ByteView body);
    void append_to(ByteWriter& out) const;
    friend bool operator==(const BasicMultiLink&, const BasicMultiLink&) = default;
};

}  // namespace mlosim::ieee80211
