#include "mld/wiphy.h"

#include <algorithm>

#include "mld/ap_link.h"
#include "mld/data_path.h"
#include "mld/events.h"
#include "mld/netdev.h"
#include "mld/off_channel.h"
#include "mld/scanner.h"
#include "mld/stations.h"
#include "mld/world.h"
#include "sim/invariant.h"

namespace mlosim::mld {

Wiphy::Wiphy(World& world, WiphyIndex index, std::string name, std::shared_ptr<const RadioProfile> profile,
             std::vector<ieee80211::MacAddress> addresses, std::string parent_device)
    : world_(world),
      index_(index),
      name_(std::move(name)),
      profile_(std::move(profile)),
      addresses_(std::move(addresses)),
      parent_device_(std::move(parent_device)) {
    MLOSIM_INVARIANT(!addresses_.empty(), "a radio has an address");
    for (const BandCapabilities& band : profile_->bands) {
        BandChannels& out = bands_.emplace_back(BandChannels{band.band, {}});
        for (const ProfileChannel& c : band.channels)
            out.channels.push_back(phy::RadioChannel::make(c.channel, c.limits));
    }
    std::sort(bands_.begin(), bands_.end(), [](const auto& a, const auto& b) { return a.band < b.band; });
    settings_.retry_short = profile_->retry_short;
    settings_.retry_long = profile_->retry_long;
    settings_.fragmentation_threshold = profile_->fragmentation_threshold.value_or(WiphySettings::off);
    settings_.rts_threshold = profile_->rts_threshold.value_or(WiphySettings::off);
    settings_.txq_limit = profile_->txq.packets;
    settings_.txq_memory_limit = profile_->txq.memory_bytes;
    settings_.txq_quantum = profile_->txq.quantum_bytes;
    antennas_tx_ = profile_->antennas_tx;
    antennas_rx_ = profile_->antennas_rx;
    // cf. ieee80211_register_hw(): the first channel that the radio lists is where monitors begin.
    if (!bands_.empty() && !bands_.front().channels.empty())
        monitor_channel_ = phy::ChannelDefinition::mhz20_noht(bands_.front().channels.front().channel);
    scanner_ = std::make_unique<Scanner>(*this);
    stations_ = std::make_unique<Stations>(*this);
    data_path_ = std::make_unique<DataPath>(*this);
    off_channel_ = std::make_unique<OffChannel>(*this);
}

Wiphy::~Wiphy() = default;

const BandChannels* Wiphy::band(phy::Band band) const {
    const auto found = std::find_if(bands_.begin(), bands_.end(), [&](const auto& b) { return b.band == band; });
    return found == bands_.end() ? nullptr : &*found;
}

const phy::RadioChannel* Wiphy::channel(phy::Frequency center) const {
    for (const BandChannels& band : bands_) {
        if (band.channels.empty() || center < band.channels.front().channel.center ||
            band.channels.back().channel.center < center)
            continue;
        const auto found = std::lower_bound(band.channels.begin(), band.channels.end(), center,
                                            [](const auto& c, phy::Frequency f) { return c.channel.center < f; });
        if (found != band.channels.end() && found->channel.center == center) return &*found;
    }
    return nullptr;
}

const phy::RadioChannel* Wiphy::channel(const phy::Channel& channel) const {
    return this->channel(channel.center);
}

Result<void> Wiphy::rename(std::string_view name) {
    if (name == name_) return {};
    if (auto allowed = world_.check_wiphy_name(index_, name); !allowed) return allowed;
    const std::string before = std::exchange(name_, std::string(name));
    world_.wiphy_renamed(*this, before);
    return {};
}

Wdev* Wiphy::find(std::uint32_t local_id) const {
    const Wdevs& list = local_id >= first_link_wdev ? link_wdevs_ : wdevs_;
    const auto found = list.find(local_id);
    return found == list.end() ? nullptr : found->second.get();
}

std::uint32_t Wiphy::all_radios() const {
    const std::size_t n = profile_->radios.size();
    return n >= 32 ? 0xffffffffU : (1U << n) - 1U;
}

bool Wiphy::radio_allows(const Wdev& wdev, const phy::Channel& channel) const {
    if (profile_->radios.empty() || wdev.radio_mask() == all_radios()) return true;
    for (std::size_t i = 0; i < profile_->radios.size(); ++i) {
        const WiphyRadio& radio = profile_->radios[i];
        if ((wdev.radio_mask() >> i & 1U) != 0 && radio.from <= channel.center && channel.center < radio.to)
            return true;
    }
    return false;
}

void Wiphy::wdev_event(const char* what, const Wdev& wdev) {
    world_.trace().record(world_.now(), what,
                          {{"wdev", wdev.id().value},
                           {"name", wdev.name()},
                           {"type", to_string(wdev.type())},
                           {"address", wdev.address().to_string()}});
}

const Scan* Wiphy::scan() const noexcept {
    return scanner_->current();
}

BssTable& Wiphy::bss_table() {
    bss_table_.expire(world_.now());
    return bss_table_;
}

Result<void> Wiphy::trigger_scan(Wdev& wdev, ScanRequest request) {
    return scanner_->trigger(wdev, std::move(request));
}

Result<void> Wiphy::abort_scan(Wdev&) {
    return scanner_->abort();
}

Result<Survey> Wiphy::survey(const Wdev&, std::size_t index) {
    if (profile_->survey == SurveyStyle::none) return fail(EOPNOTSUPP);
    return driver_->get_survey(index);
}

void Wiphy::scan_completed(bool aborted) {
    scanner_->driver_completed(aborted);
}

void Wiphy::tear_down() {
    // cf. cfg80211_shutdown_all_interfaces(), ieee80211_remove_interfaces(): all go down, then they go one by one,
    // oldest first.
    for (auto it = wdevs_.rbegin(); it != wdevs_.rend(); ++it) {
        if (Netdev* netdev = it->second->netdev()) {
            (void)netdev->set_up(false);  // cannot fail
        } else {
            (void)stop_p2p_device(*it->second);
        }
    }
    while (!wdevs_.empty())
        unregister_wdev(*wdevs_.rbegin()->second);
    MLOSIM_INVARIANT(open_count_ == 0 && mac_open_count_ == 0, "nothing runs on a wiphy without interfaces");
    registrations_.clear();
    registered_ = false;
}

void Wiphy::set_custom_domain(const phy::RegulatoryDomain& domain) {
    custom_regulatory_ = true;
    own_domain_ = domain;
    for (BandChannels& band : bands_)
        phy::apply_domain(domain, band.channels, phy::RegulatoryInitiator::driver, &domain);
}

}  // namespace mlosim::mld
