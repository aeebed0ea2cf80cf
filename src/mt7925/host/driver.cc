#include "mt7925/host/driver.h"

#include <utility>

#include "ieee80211/frame_header.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/scan_message.h"
#include "sim/invariant.h"

namespace mlosim::mt7925::host {

namespace {

using namespace std::chrono_literals;

constexpr sim::Duration scan_end_delay = 100ms;  // HZ / 10, from SCAN_DONE to the MAC
constexpr int default_power_dbm = 20;
constexpr std::uint16_t short_slot_us = 9;
constexpr std::uint16_t long_slot_us = 20;

ConnectionType connection_type(mld::InterfaceType type) {
    switch (type) {
        case mld::InterfaceType::p2p_device:
        case mld::InterfaceType::p2p_go:
            return ConnectionType::p2p_device;
        case mld::InterfaceType::p2p_client:
            return ConnectionType::p2p_client;
        case mld::InterfaceType::ap:
        case mld::InterfaceType::monitor:
            return ConnectionType::access_point;
        default:
            return ConnectionType::station;
    }
}

FirmwareConfig config_of(const mld::Wiphy& wiphy) {
    FirmwareConfig out;
    out.mac.address = wiphy.addresses().front();
    return out;
}

std::array<QueueParameters, 4> queues_of(const mld::Link& link) {
    std::array<QueueParameters, 4> out;
    for (std::size_t ac = 0; ac < out.size(); ++ac) {
        const mld::TxQueueParameters& from = link.bss_config.tx_queues[ac];
        if (from.cw_min != 0) out[ac] = {from.cw_min, from.cw_max, from.txop_32us, from.aifs};
    }
    return out;
}

}  // namespace

Driver::Driver(const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac, phy::Medium& medium)
    : wiphy_(wiphy),
      mac_(mac),
      queue_(wiphy.world().queue()),
      air_(medium, queue_, radio.spec.placement),
      front_(queue_, config_of(wiphy), air_),
      log_(queue_),
      chip_(queue_, front_, log_),
      power_(chip_),
      images_{synthetic_patch(), synthetic_ram()},
      wcids_(queue_),
      inspection_({queue_, wiphy.world().trace(), wiphy.name(), front_, log_, bss_indexes_, wcids_, defects_}) {
    const auto violated = [this](const Violation& violation) { inspection_.violated(violation); };
    chip_.set_violated(violated);
    wcids_.set_violated(violated);
    front_.commands().set_unsolicited([this](const EventView& arrived) { event(arrived); });
    air_.connect([this](const ReceivedFrame& frame) { return front_.firmware().receive_frame(frame); },
                 [this](const phy::Reception& reception) {
                     mld::RxStatus status;
                     status.channel = reception.channel.control;
                     status.signal = reception.rssi;
                     status.received = reception.end;
                     status.rate = reception.rate;
                     status.started = reception.start;
                     mac_.receive(reception.payload, status);
                 },
                 [this](const ieee80211::MacAddress& address) {
                     for (const auto& [id, wdev] : wiphy_.wdevs())
                         for (const auto& link : wdev->links())
                             if (link->address() == address) return true;
                     return false;
                 },
                 [this](const phy::Channel& channel) {
                     const phy::RadioChannel* known = wiphy_.channel(channel);
                     return known != nullptr ? known->now.max_power_dbm : default_power_dbm;
                 },
                 [this](const RadioReport& report) { sent(report); });
    operations_.enqueue("probe", probe());
}

Driver::~Driver() = default;

Domain Driver::domain() const {
    Domain out;
    for (const mld::BandChannels& band : wiphy_.bands())
        for (const phy::RadioChannel& channel : band.channels)
            out.channels.push_back({band_number(band.band), channel.channel.number(), channel.now.flags.bits(),
                                    channel.now.max_reg_power_dbm});
    out.has_6ghz = capabilities_ && capabilities_->has_6ghz;
    return out;
}

/// From power-on to a radio that the MAC can use. cf. mt7925_init_work(), mt7925_regd_notifier()
Task<void> Driver::probe() {
    Mutex::Guard chip = co_await power_.acquire("init_work");
    Result<Capabilities> told = co_await bring_up(chip_, images_);
    if (!told) co_return;
    capabilities_ = std::move(*told);
    Result<void> regulated = co_await set_domain(chip_, domain());
    if (!regulated) co_return;
    power_.allow();
}

Task<void> Driver::say(std::string who, Cid cid, Bytes payload) {
    Mutex::Guard chip = co_await power_.acquire(std::move(who));
    const McuResult result = co_await chip_.command(cid, option::set_ack, std::move(payload));
    (void)result;
}

Task<void> Driver::say_all(std::string who, std::vector<std::pair<Cid, Bytes>> messages) {
    Mutex::Guard chip = co_await power_.acquire(std::move(who));
    for (auto& [cid, payload] : messages) {
        const McuResult result = co_await chip_.command(cid, option::set_ack, std::move(payload));
        if (result.error != 0) co_return;
    }
}

// cf. mt7925_start()
Result<void> Driver::start() {
    std::vector<std::pair<Cid, Bytes>> messages;
    messages.emplace_back(Cid::set_domain_info, domain_message(domain()));
    messages.emplace_back(Cid::band_config, rts_message(default_rts_octets));
    operations_.enqueue("start", say_all("start", std::move(messages)));
    return {};
}

void Driver::stop() {}

// cf. mt7925_add_interface()
Result<void> Driver::add_interface(mld::Wdev& vif) {
    const bool is_p2p_device = vif.type() == mld::InterfaceType::p2p_device;
    const auto index = is_p2p_device ? bss_indexes_.take_p2p_device() : bss_indexes_.take();
    if (!index) return fail(index.error());
    Vif& own = vifs_[&vif];
    own.type = connection_type(vif.type());
    own.link = {.bss_idx = *index, .omac_idx = *index, .wmm_idx = static_cast<std::uint8_t>(*index % 4)};
    std::vector<std::pair<Cid, Bytes>> messages;
    messages.emplace_back(Cid::dev_info, device_message(own.link, vif.address(), true));
    messages.emplace_back(Cid::bss_info, bss_message(own.link, own.type, own_wcid_of(*index), true));
    operations_.enqueue("add_interface", say_all("add_interface", std::move(messages)));
    return {};
}

Result<void> Driver::change_interface(mld::Wdev& vif, mld::InterfaceType) {
    MLOSIM_INVARIANT(vifs_.contains(&vif), "an interface that changes was added");
    return fail(EBUSY);
}

// cf. mt792x_remove_interface()
void Driver::remove_interface(mld::Wdev& vif) {
    const auto found = vifs_.find(&vif);
    if (found == vifs_.end()) return;
    const Vif own = found->second;
    vifs_.erase(found);
    bss_indexes_.give_back(own.link.bss_idx);
    std::vector<std::pair<Cid, Bytes>> messages;
    messages.emplace_back(Cid::bss_info, bss_message(own.link, own.type, own_wcid_of(own.link.bss_idx), false));
    messages.emplace_back(Cid::dev_info, device_message(own.link, vif.address(), false));
    operations_.enqueue("remove_interface", say_all("remove_interface", std::move(messages)));
}

Result<void> Driver::change_vif_links(mld::Wdev&, std::uint16_t, std::uint16_t) {
    return fail(EOPNOTSUPP);
}

void Driver::config(const mld::RadioConfig&) {}

Result<void> Driver::assign_channel(mld::Link&) {
    return fail(EOPNOTSUPP);
}
void Driver::unassign_channel(mld::Link&) {}

// cf. mt7925_link_info_changed()
void Driver::link_changed(mld::Link& link, mld::LinkChanges changes) {
    const auto found = vifs_.find(&link.vif());
    if (found == vifs_.end()) return;
    const LinkNumbers& numbers = found->second.link;
    std::vector<std::pair<Cid, Bytes>> messages;
    if (changes.has(mld::LinkChange::slot_time))
        messages.emplace_back(
            Cid::bss_info,
            slot_time_message(numbers, link.bss_config.use_short_slot_time ? short_slot_us : long_slot_us));
    if (changes.has(mld::LinkChange::queues)) messages.emplace_back(Cid::edca, edca_message(numbers, queues_of(link)));
    if (!messages.empty()) operations_.enqueue("link_info_changed", say_all("link_info_changed", std::move(messages)));
}

// cf. mt7925_hw_scan()
Result<void> Driver::hw_scan(mld::Wdev& vif, const mld::DriverScan& scan) {
    if (scanning_ != nullptr) return fail(EBUSY);
    const auto found = vifs_.find(&vif);
    if (found == vifs_.end()) return fail(ENETDOWN);
    Vif& own = found->second;
    own.scan_sequence = static_cast<std::uint8_t>((own.scan_sequence + 1) & 0x7fU);
    scanning_ = &vif;
    power_.keep_awake(true);
    operations_.enqueue("hw_scan", say("hw_scan", Cid::scan_req, scan_message(own.link, own.scan_sequence, scan)));
    return {};
}

// cf. mt7925_mcu_cancel_hw_scan()
void Driver::cancel_hw_scan(mld::Wdev& vif) {
    const auto found = vifs_.find(&vif);
    if (scanning_ != &vif || found == vifs_.end()) return;
    operations_.enqueue("cancel_hw_scan", say("cancel_hw_scan", Cid::scan_req,
                                              scan_cancel_message(found->second.link, found->second.scan_sequence)));
    scan_done(true);
}

void Driver::scan_done(bool aborted) {
    scan_end_.cancel();
    if (std::exchange(scanning_, nullptr) == nullptr) return;
    power_.keep_awake(false);
    mac_.scan_completed(aborted);
}

void Driver::event(const EventView& arrived) {
    if (arrived.is(Eid::scan_done) && scanning_ != nullptr)
        scan_end_ = queue_.after(scan_end_delay, [this] { scan_done(false); });
}

Result<mld::Survey> Driver::get_survey(std::size_t) {
    return fail(ENOENT);
}

std::uint64_t Driver::tsf(const mld::Wdev&) const {
    return queue_.now().us();
}

std::vector<phy::Band> Driver::station_link_bands(const mld::Wdev&) const {
    std::vector<phy::Band> out;
    for (const phy::Band band : phy::eht_bands)
        if (wiphy_.band(band) != nullptr) out.push_back(band);
    return out;
}

void install(mld::World& world, phy::Medium& medium) {
    world.set_driver_factory("mt7925", [&medium](const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac) {
        return std::make_unique<Driver>(radio, wiphy, mac, medium);
    });
}

}  // namespace mlosim::mt7925::host
