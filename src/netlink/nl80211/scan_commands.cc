#include <algorithm>
#include <limits>

#include "netlink/nl80211/dumps.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/scan_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

using mld::ScanFlag;

/// Each a 32-bit number, none twice. cf. validate_scan_freqs()
Result<std::vector<phy::Frequency>> frequencies(const Request& request, const mld::RadioProfile& profile) {
    constexpr std::uint32_t highest_mhz = std::numeric_limits<std::uint32_t>::max() / 1000;
    const bool khz = request->has(NL80211_ATTR_SCAN_FREQ_KHZ);
    if (khz && !profile.ext_features.test(NL80211_EXT_FEATURE_SCAN_FREQ_KHZ)) return fail(EOPNOTSUPP);
    const std::uint16_t attribute = khz ? NL80211_ATTR_SCAN_FREQ_KHZ : NL80211_ATTR_SCAN_FREQUENCIES;
    std::vector<phy::Frequency> out;
    if (!request->has(attribute)) return out;
    for (const Attribute& item : request->each(attribute)) {
        if (item.size() != sizeof(std::uint32_t)) return fail(EINVAL);
        const std::uint32_t value = item.u32();
        if (!khz && value > highest_mhz) return fail(EINVAL);
        const phy::Frequency frequency = khz ? phy::Frequency::khz(value) : phy::Frequency::mhz(value);
        out.push_back(frequency);
    }
    std::vector<phy::Frequency> sorted = out;
    std::sort(sorted.begin(), sorted.end());
    if (out.empty() || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) return fail(EINVAL);
    return out;
}

Result<std::vector<ieee80211::Ssid>> ssids(const Request& request, std::size_t most) {
    std::vector<ieee80211::Ssid> out;
    for (const Attribute& item : request->each(NL80211_ATTR_SCAN_SSIDS)) {
        auto ssid = ieee80211::Ssid::from(item.bytes());
        if (!ssid || out.size() == most) return fail(EINVAL);
        out.push_back(*ssid);
    }
    return out;
}

Result<std::vector<mld::ScanRequest::Rates>> rates(const Request& request) {
    std::vector<mld::ScanRequest::Rates> out;
    for (const Attribute& item : request->each(NL80211_ATTR_SCAN_SUPP_RATES)) {
        constexpr std::uint16_t band_count = 6;
        if (item.type() >= band_count) return fail(EINVAL);
        // Bands that are not simulated are on no radio either.
        if (const auto band = phy::band_from_nl80211(item.type()))
            out.push_back({*band, ieee80211::Bytes(item.bytes().begin(), item.bytes().end())});
    }
    return out;
}

/// The address to send from, where it is to be random: given bits and a mask of those that are; by default all but the
/// first two. cf. nl80211_parse_random_mac()
Result<void> random_address(const Request& request, mld::ScanRequest& scan) {
    const auto address = request->mac(NL80211_ATTR_MAC);
    const auto mask = request->mac(NL80211_ATTR_MAC_MASK);
    if (address.has_value() != mask.has_value()) return fail(EINVAL);
    scan.random_address = address.value_or(ieee80211::MacAddress({0x02, 0, 0, 0, 0, 0}));
    scan.random_mask = mask.value_or(ieee80211::MacAddress({0x03, 0, 0, 0, 0, 0}));
    return {};
}

/// The network to look for alone. Older programs say it with MAC, which with random addresses means something else.
ieee80211::MacAddress wanted_bssid(const Request& request, mld::ScanFlags flags) {
    if (const auto bssid = request->mac(NL80211_ATTR_BSSID)) return *bssid;
    if (!flags.has(ScanFlag::random_address))
        if (const auto mac = request->mac(NL80211_ATTR_MAC)) return *mac;
    return ieee80211::MacAddress::broadcast();
}

// cf. nl80211_dump_scan()
class ScanDump final : public Dump {
public:
    ScanDump(const Context& context, mld::WdevId wdev, bool with_use_data)
        : context_(context), wdev_(wdev), with_use_data_(with_use_data) {}

    Result<Progress> fill(DumpBuffer& out) override {
        auto wdev = dumped_wdev(context_, wdev_);
        if (!wdev) return fail(std::move(wdev.error()));
        mld::BssTable& table = (*wdev)->wiphy().bss_table();
        if (next_ == 0) table.expire(context_.world().now());
        out.consistency().set_generation(table.generation() + 1);
        const auto entries = table.entries();
        for (; next_ < entries.size(); ++next_) {
            const mld::Bss& bss = *entries[next_];
            if (!with_use_data_ && (bss.use_for & NL80211_BSS_USE_FOR_NORMAL) == 0) continue;
            MessageBuilder& message = out.begin(NL80211_CMD_NEW_SCAN_RESULTS);
            put_bss(message, **wdev, bss, table.generation(), context_.world().now());
            out.check_consistent();
            if (!out.commit()) return Progress::more;
        }
        return out.empty() ? Progress::done : Progress::more;
    }

private:
    const Context& context_;
    mld::WdevId wdev_;
    bool with_use_data_;
    std::size_t next_ = 0;
};

}  // namespace

// cf. nl80211_trigger_scan()
Result<void> trigger_scan(Context& context, const Request& request, Reply&) {
    mld::Wdev& wdev = context.wdev();
    mld::Wiphy& wiphy = context.wiphy();
    if (wdev.is_link()) return fail(EOPNOTSUPP, "a link wdev does not scan: its MLD does");
    if (wiphy.scan() != nullptr) return fail(EBUSY);

    mld::ScanRequest scan;
    auto wanted_frequencies = frequencies(request, wiphy.profile());
    if (!wanted_frequencies) return fail(std::move(wanted_frequencies.error()));
    scan.frequencies = std::move(*wanted_frequencies);
    auto wanted_ssids = ssids(request, wiphy.profile().scan.max_ssids);
    if (!wanted_ssids) return fail(std::move(wanted_ssids.error()));
    scan.ssids = std::move(*wanted_ssids);
    if (const auto elements = request->bytes(NL80211_ATTR_IE)) scan.elements.assign(elements->begin(), elements->end());
    auto wanted_rates = rates(request);
    if (!wanted_rates) return fail(std::move(wanted_rates.error()));
    scan.rates = std::move(*wanted_rates);
    scan.duration_tu = request->u16(NL80211_ATTR_MEASUREMENT_DURATION).value_or(0);
    scan.duration_mandatory = request->flag(NL80211_ATTR_MEASUREMENT_DURATION_MANDATORY);
    scan.flags = mld::ScanFlags::from_bits(request->u32(NL80211_ATTR_SCAN_FLAGS).value_or(0));
    if (scan.flags.has(ScanFlag::random_address))
        if (auto valid = random_address(request, scan); !valid) return valid;
    scan.no_cck = request->flag(NL80211_ATTR_TX_NO_CCK_RATE);
    scan.bssid = wanted_bssid(request, scan.flags);
    scan.tsf_report_link = link_id(request.attributes());
    return wiphy.trigger_scan(wdev, std::move(scan));
}

// cf. nl80211_abort_scan()
Result<void> abort_scan(Context& context, const Request&, Reply&) {
    return context.wiphy().abort_scan(context.wdev());
}

Result<std::unique_ptr<Dump>> dump_scan(Context& context, const Request& request, Reply& reply) {
    auto attributes = dump_attributes(request, reply.ack());
    if (!attributes) return failing_dump(std::move(attributes.error()));
    auto wdev = wdev_to_dump(context, *attributes);
    if (!wdev) return failing_dump(std::move(wdev.error()));
    return std::make_unique<ScanDump>(context, *wdev, attributes->flag(NL80211_ATTR_BSS_DUMP_INCLUDE_USE_DATA));
}

}  // namespace mlosim::netlink::nl80211
