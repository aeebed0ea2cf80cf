#include "mt7925/host/driver.h"

#include <utility>

#include "ieee80211/frame_header.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "mt7925/host/chip_messages.h"
#include "mt7925/host/scan_message.h"
#include "sim/invariant.h"

namespace mlosim::mt7925::host {

namespace {

using namespace std::chrono_literals;

constexpr sim::Duration scan_end_delay = 100ms;     // HZ / 10, from SCAN_DONE to the MAC
constexpr sim::Duration core_dump_silence = 200ms;  // 4 * MT76_CONNAC_COREDUMP_TIMEOUT

FirmwareConfig config_of(const mld::Wiphy& wiphy) {
    FirmwareConfig out;
    out.mac.address = wiphy.addresses().front();
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
      inspection_({queue_, wiphy.world().trace(), wiphy.name(), radio.spec.placement.name, front_, log_, bss_indexes_,
                   wcids_, defects_}),
      roc_(chip_),
      frames_(chip_, front_, power_, wcids_, wiphy_, mac_) {
    const auto violated = [this](const Violation& violation) { inspection_.violated(violation); };
    front_.firmware().set_wake_line([this] { mac_.wake_up(); });
    chip_.set_violated(violated);
    wcids_.set_violated(violated);
    front_.commands().set_unsolicited([this](const EventView& arrived) { event(arrived); });
    air_.connect([this](const ReceivedFrame& frame) { front_.firmware().receive_frame(frame); },
                 [this](const ieee80211::MacAddress& address) { return front_.firmware().is_own(address); },
                 [this](const phy::Channel& channel) { return power_on(channel); },
                 [this](const RadioReport& report) { front_.firmware().transmitted(report); });
    // cf. mt792x_tx(): the address of a link's part of NULL
    frames_.set_race([this](const FrameToSend&) {
        if (!defects_.on(Defect::tx_race)) return false;
        inspection_.oops("BUG: kernel NULL pointer dereference, address: 0000000000000000 in mt792x_tx");
        frames_.die();
        return true;
    });
    // cf. mt7925_mac_tx_free(): the table of pointers ends before
    frames_.set_no_entry([this](std::uint16_t) {
        if (!defects_.on(Defect::wcid_out_of_range)) return false;
        inspection_.oops("BUG: unable to handle page fault in mt7925_mac_tx_free");
        frames_.die();
        return true;
    });
    frames_.set_wrong_group_link([this] { return defects_.on(Defect::group_wcid); });
    chip_.mutex().set_hung([this](const std::string& task, const std::string& holder) {
        if (!silent_) hung(task, holder);
    });
    wiphy_.world().subscribe(listener_);
    chip_.set_timed_out([this] { reset(); });
    operations_.set_idle([this] { check_when_idle(); });
    roc_.set_expired([this] { works_.start("roc_work", roc_work()); });
    operations_.enqueue("probe", probe());
}

Driver::~Driver() {
    wiphy_.world().unsubscribe(listener_);
}

Domain Driver::domain() const {
    Domain out;
    const phy::Alpha2 country = wiphy_.world().regulatory().domain().alpha2;
    out.alpha2 = {country[0], country[1]};
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
    Domain now = domain();
    told_country_ = now.alpha2;
    Result<void> regulated = co_await set_domain(chip_, std::move(now));
    if (!regulated) co_return;
    // cf. mt7925_mcu_set_thermal_protect(), mt7925_mcu_set_deep_sleep()
    const Bytes thermal_2ghz = chip_config_message("ThermalProtGband 0 100 90 80 30 1 1 115 105 5");
    const Bytes thermal_5ghz = chip_config_message("ThermalProtAband 1 100 90 80 30 1 1 115 105 5");
    chip_.post(Cid::chip_config, option::set_silent, thermal_2ghz);
    chip_.post(Cid::chip_config, option::set_silent, thermal_5ghz);
    chip_.post(Cid::chip_config, option::set_silent, deep_sleep_message(true));
    power_.allow();
}

// The world's rules are told at the first boot only, and no country twice. cf. mt7925_regd_notifier()
void Driver::regulation_changed() {
    if (!capabilities_) return;  // it will be read when the firmware runs
    const auto country = domain().alpha2;
    if (country == told_country_ || country == decltype(country){'0', '0'}) return;
    told_country_ = country;
    operations_.enqueue("regd_notifier", regulate());
}

Task<void> Driver::regulate() {
    Mutex::Guard chip = co_await power_.acquire("regd_notifier");
    const auto regulated = co_await set_domain(chip_, domain());
    (void)regulated;
}

void Driver::enqueue(std::string name, Conversation what, OnFailure on_failure) {
    if (what.empty()) return;
    operations_.enqueue(name, converse(name, std::move(what), on_failure));
}

Task<void> Driver::converse(std::string who, Conversation what, OnFailure on_failure) {
    Mutex::Guard chip = co_await power_.acquire(who);
    const auto said = co_await say(chip_, std::move(what), on_failure);
    if (!said && said.error().code != ETIMEDOUT && said.error().code != ECANCELED)
        log_.print(KernelLog::Level::warning, who + ": " + said.error().message);
}

// cf. mt7925_start()
Result<void> Driver::start() {
    Conversation what;
    what.push_back({Cid::set_domain_info, domain_message(domain())});
    what.push_back({Cid::band_config, rts_message(default_rts_octets)});
    enqueue("start", std::move(what));
    return {};
}

// cf. mt7925_stop()
void Driver::stop() {
    mlo_power_save_.cancel();
}

void Driver::config(const mld::RadioConfig&) {}

// cf. mt7925_hw_scan()
Result<void> Driver::hw_scan(mld::Wdev& vif, const mld::DriverScan& scan) {
    if (scanning_ != nullptr) return fail(EBUSY);
    Vif* own = interfaces_.find(vif);
    if (own == nullptr) return fail(ENETDOWN);
    own->scan_sequence = static_cast<std::uint8_t>((own->scan_sequence + 1) & 0x7fU);
    scanning_ = &vif;
    power_.keep_awake(true);
    Conversation what;
    what.push_back({Cid::scan_req, scan_message(own->default_link.numbers, own->scan_sequence, scan)});
    operations_.enqueue("hw_scan", scan_begins(std::move(what)));
    return {};
}

Task<void> Driver::scan_begins(Conversation what) {
    Mutex::Guard chip = co_await power_.acquire("hw_scan");
    const auto said = co_await say(chip_, std::move(what), OnFailure::stop);
    chip.release();
    if (!said) scan_done(true);
}

// cf. mt7925_mcu_cancel_hw_scan()
void Driver::cancel_hw_scan(mld::Wdev& vif) {
    Vif* own = interfaces_.find(vif);
    if (scanning_ != &vif || own == nullptr) return;
    Conversation what;
    what.push_back({Cid::scan_req, scan_cancel_message(own->default_link.numbers, own->scan_sequence)});
    enqueue("cancel_hw_scan", std::move(what));
    scan_done(true);
}

void Driver::scan_done(bool aborted) {
    scan_end_.cancel();
    if (std::exchange(scanning_, nullptr) == nullptr) return;
    power_.keep_awake(false);
    mac_.scan_completed(aborted);
}

// cf. mt7925_mcu_uni_rx_unsolicited_event()
void Driver::event(const EventView& arrived) {
    if (arrived.is(Eid::scan_done) && scanning_ != nullptr)
        scan_end_ = queue_.after(scan_end_delay, [this] { scan_done(false); });
    if (arrived.is(Eid::roc)) roc_event(arrived);
    if (arrived.is(Eid::beacon_loss)) beacon_loss(arrived);
    if (arrived.is(Eid::hif_ctrl)) bus_answer_.raise();
    // The dump is over when no more of it comes. cf. mt7925_coredump_work()
    if (arrived.is(Eid::coredump)) core_dump_ = queue_.after(core_dump_silence, [this] { reset(); });
}

// cf. check_hung_task()
void Driver::hung(const std::string& task, const std::string& holder) {
    log_.print(KernelLog::Level::error, "INFO: task " + task + " blocked for more than 120 seconds.");
    wiphy_.world().trace().record(queue_.now(), "mt7925/hung-task",
                                  {{"wiphy", wiphy_.name()}, {"task", task}, {"holder", holder}});
}

void Driver::roc_event(const EventView& arrived) {
    const auto tlvs = parse_tlvs(arrived.payload, sizeof(std::uint32_t));
    if (!tlvs) return;
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag != RocGrant::tag) continue;
        if (const auto grant = decode<RocGrant>(tlv)) roc_granted(*grant);
    }
}

// Of an MLD only its first link counts. cf. mt7925_mcu_connection_loss_iter()
void Driver::beacon_loss(const EventView& arrived) {
    if (arrived.payload.empty()) return;
    const std::uint8_t index = arrived.payload.front();
    for (const auto& vif : interfaces_.all())
        if (vif->default_link.added && vif->default_link.numbers.bss_idx == index &&
            vif->type == ConnectionType::station)
            mac_.connection_loss(vif->wdev);
}

Result<mld::Survey> Driver::get_survey(std::size_t) {
    return fail(ENOENT);
}

std::uint64_t Driver::tsf(const mld::Wdev&) const {
    return queue_.now().us();
}

void install(mld::World& world, phy::Medium& medium) {
    world.set_driver_factory("mt7925", [&medium](const mld::Radio& radio, mld::Wiphy& wiphy, mld::DriverEvents& mac) {
        return std::make_unique<Driver>(radio, wiphy, mac, medium);
    });
}

}  // namespace mlosim::mt7925::host
