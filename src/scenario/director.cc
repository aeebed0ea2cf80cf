#include "scenario/director.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "agent/station_agent.h"
#include "mld/emlsr.h"
#include "mld/netdev.h"
#include "mld/scan.h"
#include "mld/sta.h"
#include "mld/station_mlme.h"
#include "mld/wdev.h"
#include "mld/wiphy.h"
#include "scenario/error_name.h"

namespace mlosim::scenario {

namespace {

/// A walk is made of jumps this far apart in time: at two metres a second, 10 cm.
constexpr sim::Duration stride = std::chrono::milliseconds(50);

phy::Position between(const phy::Position& from, const phy::Position& to, double part) {
    return {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part, from.z + (to.z - from.z) * part};
}

mld::ScanRequest request_for(const ScanStep& step, const mld::Wiphy& wiphy) {
    mld::ScanRequest request;
    request.ssids = step.ssids;
    if (!step.passive && request.ssids.empty()) request.ssids.emplace_back();  // asks everybody
    for (const phy::Band wanted : step.bands)
        if (const mld::BandChannels* band = wiphy.band(wanted))
            for (const phy::RadioChannel& channel : band->channels)
                request.frequencies.push_back(channel.channel.center);
    request.frequencies.insert(request.frequencies.end(), step.frequencies.begin(), step.frequencies.end());
    if (step.flush) request.flags |= mld::ScanFlag::flush;
    if (step.colocated_6ghz) request.flags |= mld::ScanFlag::colocated_6ghz;
    return request;
}

std::string expected_of(const Step& step) {
    const auto* command = std::get_if<ControlStep>(&step.action);
    return command != nullptr && step.fails_with == 0 ? command->expected : error_name(step.fails_with);
}

}  // namespace

Director::Director(mld::World& world, phy::Medium& medium, agent::AccessPoints& access_points, const Cast& cast,
                   FaultDesk& faults, Processes& processes, const std::vector<Step>& steps)
    : world_(world),
      medium_(medium),
      access_points_(access_points),
      cast_(cast),
      faults_(faults),
      processes_(processes),
      steps_(steps) {}

void Director::start(std::function<void()> done) {
    done_ = std::move(done);
    for (const Step& step : steps_)
        timers_.push_back(world_.queue().at(step.at, [this, &step] { carry_out(step); }));
    if (steps_.empty()) done_();
}

void Director::carry_out(const Step& step) {
    if (const auto* command = std::get_if<ControlStep>(&step.action))
        return processes_.command(*command, [this, &step](const Result<void>& result) { carried_out(step, result); });
    carried_out(step, std::visit(
                          [this](const auto& action) -> Result<void> {
                              if constexpr (std::is_same_v<std::decay_t<decltype(action)>, ControlStep>)
                                  return {};  // done above: its answer takes its time
                              else
                                  return act(action);
                          },
                          step.action));
}

void Director::carried_out(const Step& step, const Result<void>& result) {
    const int code = result ? 0 : result.error().code;
    world_.trace().record(world_.now(), "scenario/step", {{"step", step.pointer}, {"error", code}});
    if (code != step.fails_with && !step.may_fail)
        failures_.push_back({step.pointer,
                             world_.now(),
                             expected_of(step),
                             result            ? "no error"
                             : code == EBADMSG ? result.error().message
                                               : error_text(result.error()),
                             {}});
    if (++carried_out_ == steps_.size()) done_();
}

/// Does `what` to each interface that the target means. ENODEV if there is none; otherwise the first error.
template <class F>
Result<void> Director::for_each_interface(const Target& target, F what) {
    const std::vector<mld::Wdev*> interfaces = cast_.interfaces(target);
    if (interfaces.empty()) return fail(ENODEV, "there is no such interface");
    Result<void> first;
    for (mld::Wdev* wdev : interfaces)
        if (Result<void> result = what(*wdev); !result && first) first = std::move(result);
    return first;
}

Result<void> Director::act(const MoveStep& step) {
    for (const mld::RadioIndex radio : cast_.all_radios(step.target.radio)) {
        const phy::PortId port = *cast_.directory().port(radio);
        walks_.erase(radio);
        if (step.over == sim::Duration::zero()) {
            medium_.move(port, step.to);
            continue;
        }
        walks_[radio] = Walk{medium_.position(port), step.to, world_.now(), step.over, {}};
        walk_on(radio);
    }
    return {};
}

void Director::walk_on(mld::RadioIndex index) {
    const auto port = cast_.directory().port(index);
    const auto walk = walks_.find(index);
    if (!port || walk == walks_.end()) return;
    Walk& way = walk->second;
    const sim::Duration gone = world_.now() - way.begun;
    const double part =
        gone >= way.over ? 1.0 : static_cast<double>(gone.count()) / static_cast<double>(way.over.count());
    medium_.move(*port, gone >= way.over ? way.to : between(way.from, way.to, part));
    if (gone >= way.over)
        walks_.erase(walk);
    else
        way.next = world_.queue().after(std::min(stride, way.over - gone), [this, index] { walk_on(index); });
}

Result<void> Director::act(const TrafficStep& step) {
    return for_each_interface(step.target, [&](mld::Wdev& wdev) -> Result<void> {
        if (wdev.mlme() == nullptr || wdev.netdev() == nullptr) return fail(EOPNOTSUPP, wdev.name() + " is no station");
        flows_.push_back(std::make_unique<Flow>(
            Flow{wdev.id(), step.every, step.bytes, step.broadcast, world_.now() + step.duration, {}}));
        send_next(*flows_.back());
        return {};
    });
}

/// What finds no access point is not sent: as a program's frames while there is no carrier.
void Director::send_next(Flow& flow) {
    mld::Wdev* station = world_.find_wdev(flow.station);
    if (station == nullptr || world_.now() >= flow.until) return;
    if (const mld::Sta* ap = station->mlme() != nullptr ? station->mlme()->access_point() : nullptr) {
        ieee80211::Bytes frame(flow.bytes);
        ieee80211::Bytes header;
        const ieee80211::MacAddress to = flow.broadcast ? ieee80211::MacAddress::broadcast() : ap->address();
        for (const ieee80211::MacAddress& address : {to, station->address()})
            header.insert(header.end(), address.octets().begin(), address.octets().end());
        header.insert(header.end(), {0x88, 0xb5});  // for experiments, IEEE 802-2014 9.2.3
        std::copy(header.begin(), header.end(), frame.begin());
        (void)station->netdev()->transmit(frame);
    }
    flow.next = world_.queue().after(flow.every, [this, &flow] { send_next(flow); });
}

Result<void> Director::act(const FaultStep& step) {
    return faults_.add(step.fault);
}
Result<void> Director::act(const ClearFaultsStep& step) {
    return faults_.clear(step.radio);
}

Result<void> Director::act(const UpStep& step) {
    return for_each_interface(step.target, [](mld::Wdev& wdev) { return wdev.netdev()->set_up(true); });
}

Result<void> Director::act(const DownStep& step) {
    return for_each_interface(step.target, [](mld::Wdev& wdev) { return wdev.netdev()->set_up(false); });
}

Result<void> Director::act(const RegulatoryStep& step) {
    return world_.regulatory().hint_user(step.country);
}

Result<void> Director::act(const PowerStep& step) {
    const auto setting = step.power ? mld::TxPowerSetting::fixed : mld::TxPowerSetting::automatic;
    const std::int32_t mbm = step.power ? step.power->mbm() : 0;
    if (step.target.interface)
        return for_each_interface(step.target,
                                  [&](mld::Wdev& wdev) { return wdev.wiphy().set_tx_power(&wdev, setting, mbm); });
    for (const mld::RadioIndex index : cast_.all_radios(step.target.radio))
        if (const mld::GuestRadio* guest = cast_.directory().guest(index)) guest->device->limit_power(step.power);
    Result<void> first;
    for (const mld::Radio* radio : cast_.radios(step.target.radio))
        if (Result<void> result = radio->wiphy->set_tx_power(nullptr, setting, mbm); !result && first)
            first = std::move(result);
    return first;
}

Result<void> Director::act(const ScanStep& step) {
    return for_each_interface(
        step.target, [&](mld::Wdev& wdev) { return wdev.wiphy().trigger_scan(wdev, request_for(step, wdev.wiphy())); });
}

Result<void> Director::act(const AbortScanStep& step) {
    return for_each_interface(step.target, [](mld::Wdev& wdev) { return wdev.wiphy().abort_scan(wdev); });
}

Result<void> Director::act(const SetTypeStep& step) {
    return for_each_interface(step.target, [&](mld::Wdev& wdev) {
        mld::InterfaceChange change;
        change.type = step.type;
        return wdev.wiphy().change_interface(wdev, change);
    });
}

Result<void> Director::act(const AddInterfaceStep& step) {
    Result<void> first;
    for (const mld::Radio* radio : cast_.radios(step.target.radio)) {
        mld::InterfaceSpec spec;
        spec.name = step.name;
        spec.type = step.type;
        if (auto added = radio->wiphy->add_interface(spec); !added && first) first = fail(std::move(added.error()));
    }
    return first;
}

Result<void> Director::act(const RemoveInterfaceStep& step) {
    return for_each_interface(step.target, [](mld::Wdev& wdev) { return wdev.wiphy().remove_interface(wdev); });
}

Result<void> Director::act(const AddLinkStep& step) {
    return for_each_interface(step.target, [&](mld::Wdev& wdev) -> Result<void> {
        mld::LinkWdevSpec spec;
        spec.band = step.band;
        if (auto added = wdev.wiphy().register_sta_mlo_link(wdev, spec); !added) return fail(std::move(added.error()));
        return {};
    });
}

Result<void> Director::act(const RemoveLinkStep& step) {
    return for_each_interface(step.target, [&](mld::Wdev& wdev) -> Result<void> {
        const auto& links = wdev.link_wdevs();
        for (auto link = links.rbegin(); link != links.rend(); ++link)
            if ((*link)->band() == step.band) return wdev.wiphy().unregister_mlo_link(**link);
        return fail(ENODEV, "there is no link wdev of that band");
    });
}

Result<void> Director::act(const EmlsrStep& step) {
    mld::EmlsrRequest request;
    for (const ieee80211::LinkId link : step.links)
        request.links = static_cast<std::uint16_t>(request.links | link.bit());
    request.padding = step.padding;
    request.transition = step.transition;
    return for_each_interface(step.target, [&](mld::Wdev& wdev) {
        return wdev.mlme() != nullptr ? wdev.mlme()->set_emlsr(request) : fail(EINVAL, "it is no station");
    });
}

Result<void> Director::act(const RoamStep& step) {
    std::vector<ieee80211::MacAddress> targets;
    if (step.network)
        for (const NetworkBss& bss : cast_.network(*step.network))
            targets.push_back(bss.bssid);
    Result<void> first;
    for (const mld::Wdev* wdev : cast_.stations(step.station)) {
        agent::StationAgent* station = cast_.station_on(*wdev);
        if (station == nullptr) continue;
        if (Result<void> result = station->roam(targets); !result && first) first = std::move(result);
    }
    return first;
}

Result<void> Director::act(const RemoveRadioStep& step) {
    for (const mld::Radio* radio : cast_.radios(step.target.radio)) {
        walks_.erase(radio->index);
        world_.remove_radio(radio->index);
    }
    return {};
}

Result<void> Director::act(const SuspendStep& step) {
    Result<void> first;
    for (const mld::Radio* radio : cast_.radios(step.target.radio)) {
        radio->wiphy->set_wake_on(step.wake_on);
        if (auto slept = radio->wiphy->suspend(); !slept && first) first = std::move(slept);
    }
    return first;
}

Result<void> Director::act(const ResumeStep& step) {
    Result<void> first;
    for (const mld::Radio* radio : cast_.radios(step.target.radio))
        if (auto woken = radio->wiphy->resume(); !woken && first) first = std::move(woken);
    return first;
}

Result<void> Director::act(const StartStep& step) {
    return processes_.start(step.process);
}
Result<void> Director::act(const StopStep& step) {
    return processes_.stop(step.process);
}
Result<void> Director::act(const SignalStep& step) {
    return processes_.signal(step.process, step.signal);
}

// ENODEV: no such network.
Result<void> Director::act(const OrderStep& step) {
    agent::AccessPoint* access_point = access_points_.find(step.network);
    if (access_point == nullptr) return fail(ENODEV, "there is no such network");
    agent::AccessPointOrder order = step.order;
    if (auto* transition = std::get_if<agent::TransitionOrder>(&order))
        for (const std::string& network : step.to)
            for (const NetworkBss& bss : cast_.network(network))
                transition->targets.push_back(bss.bssid);
    return access_point->obey(order);
}

}  // namespace mlosim::scenario
