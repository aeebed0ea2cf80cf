#pragma once

#include <optional>
#include <vector>

#include "ieee80211/bit_string.h"
#include "ieee80211/element.h"
#include "ieee80211/link_id.h"

namespace mlosim::ieee80211 {

/// BSS Parameters subfield, 802.11-2020 Figure 9-632.
struct RnrBssParameters : BitString<1, RnrBssParameters> {
    using BitString::BitString;
    static constexpr Field oct_recommended{0};
    static constexpr Field same_ssid{1};
    static constexpr Field multiple_bssid{2};
    static constexpr Field transmitted_bssid{3};
    static constexpr Field colocated_6ghz_ess{4};
    static constexpr Field unsolicited_probe_responses{5};
    static constexpr Field colocated_ap{6};
};

/// MLD Parameters subfield, 802.11be 9.4.2.169.2: which AP MLD the neighbor belongs to.
struct RnrMldParameters : BitString<3, RnrMldParameters> {
    using BitString::BitString;
    static constexpr Field ap_mld_id{0, 8};  // 0: the reporting AP's own; 255: none that could be named
    static constexpr Field link_id{8, 4};    // 15: unknown
    static constexpr Field bss_parameters_change_count{12, 8};
    static constexpr Field all_updates_included{20};
    static constexpr Field disabled_link{21};

    [[nodiscard]] std::optional<LinkId> link() const { return LinkId::from(get(link_id)); }
};

/// What one TBTT Information field says. Which members are there depends on the field's length (802.11be Table 9-339).
struct TbttInfo {
    std::optional<std::uint8_t> tbtt_offset;  // TU; 255: unknown. Absent only in the MLD-only form.
    std::optional<MacAddress> bssid;
    std::optional<std::uint32_t> short_ssid;
    std::optional<RnrBssParameters> bss;
    std::optional<std::int8_t> psd_20mhz;  // half dBm/MHz; 127: no limit
    std::optional<RnrMldParameters> mld;

    friend bool operator==(const TbttInfo&, const TbttInfo&) = default;
};

/// Neighbor AP Information field: one channel and the BSSs on it, all described in the same form.
struct NeighborAp {
    std::uint8_t operating_class = 0;
    std::uint8_t channel = 0;
    bool filtered = false;
    std::vector<TbttInfo> tbtts;  // 1..16

    friend bool operator==(const NeighborAp&, const NeighborAp&) = default;
};

/// One Neighbor AP Information field in received bytes.
class NeighborApView {
public:
    [[nodiscard]] std::uint8_t operating_class() const { return field_[2]; }
    [[nodiscard]] std::uint8_t channel() const { return field_[3]; }
    [[nodiscard]] bool filtered() const { return (field_[0] & 4U) != 0; }
    [[nodiscard]] std::size_t count() const { return (field_[0] >> 4U) + 1U; }
    /// Entry `i` < count(). All members are absent if its length is one that the standard reserves.
    [[nodiscard]] TbttInfo tbtt(std::size_t i) const;

    /// Takes the field at the front of `rest`; nothing if it does not fit.
    [[nodiscard]] static std::optional<NeighborApView> take(ByteView& rest);

private:
    explicit NeighborApView(ByteView field) : field_(field) {}
    ByteView field_;
};

/// Reduced Neighbor Report element, 802.11-2020 9.4.2.170, over received bytes.
class ReducedNeighborReportView {
public:
    [[nodiscard]] static Result<ReducedNeighborReportView> parse(ByteView body);

    class Iterator {
    public:
        using value_type = NeighborApView;
        using difference_type = std::ptrdiff_t;
        Iterator() = default;
        explicit Iterator(ByteView rest) : rest_(rest) { ++*this; }
        const NeighborApView& operator*() const { return *current_; }
        const NeighborApView* operator->() const { return &*current_; }
        Iterator& operator++() {
            current_ = NeighborApView::take(rest_);
            return *this;
        }
        void operator++(int) { ++*this; }
        friend bool operator==(const Iterator& a, std::default_sentinel_t) { return !a.current_; }

    private:
        ByteView rest_;
        std::optional<NeighborApView> current_;
    };
    [[nodiscard]] Iterator begin() const { return Iterator{body_}; }
    [[nodiscard]] std::default_sentinel_t end() const { return {}; }

private:
    explicit ReducedNeighborReportView(ByteView body) : body_(body) {}
    ByteView body_;
};

/// The report as a value. Fields in a form that the standard reserves are left out when parsing.
class ReducedNeighborReport {
public:
    static constexpr ElementType type = element::reduced_neighbor_report;

    ReducedNeighborReport() = default;
    /// EINVAL if a neighbor has not 1..16 BSSs, if these are not all in one form of Table 9-339, or if it all exceeds
    /// an element.
    [[nodiscard]] static Result<ReducedNeighborReport> from(std::vector<NeighborAp> neighbors);
    [[nodiscard]] static Result<ReducedNeighborReport> parse(ByteView body);

    [[nodiscard]] const std::vector<NeighborAp>& neighbors() const noexcept { return neighbors_; }

    void append_to(ByteWriter& out) const;
    friend bool operator==(const ReducedNeighborReport&, const ReducedNeighborReport&) = default;

private:
    std::vector<NeighborAp> neighbors_;
};

}  // namespace mlosim::ieee80211
