#include "mt7925/radio_time.h"

#include <algorithm>
#include <utility>

namespace mlosim::mt7925 {

namespace {

using namespace std::chrono_literals;

// All ours to choose.
constexpr sim::Duration null_patience = 20ms;  // for what becomes of a null frame
constexpr unsigned null_attempts = 7;
constexpr sim::Duration homeless_patience = 100ms;  // of frames whose BSS has no channel
constexpr sim::Duration stay_on_link = 500ms;       // before another is looked at
constexpr sim::Duration look_at_link = 120ms;       // long enough for a beacon
constexpr double worth_a_switch = 1.25;             // times the rate of the link in use
constexpr std::uint8_t associated = 2;              // STATE
constexpr std::size_t most_own_frames = 4;          // of the firmware's that wait on a BSS; later ones are too late

constexpr std::uint16_t qos_null = 0x00c8;
constexpr std::uint16_t null = 0x0048;
constexpr std::uint16_t to_ds = 0x0100;
constexpr std::uint16_t power_management = 0x1000;
constexpr std::uint16_t voice_tid = 7;  // mac80211's for null frames

}  // namespace

bool RadioTime::is_station(std::uint8_t idx) const {
    return tables_.bss[idx].connected_station() && tables_.bss[idx].channel().has_value();
}

/// Links that frames may take: their AP has an entry of an associated peer.
void RadioTime::find_ready() {
    unsigned found = 0;
    for (const WtblEntry& entry : tables_.wtbl) {
        const bool ready = entry.valid && !entry.self && entry.state && entry.state->state == associated;
        if (ready && is_station(entry.bss_idx)) found |= 1U << entry.bss_idx;
    }
    ready_ = found;
}

std::uint8_t RadioTime::group_of(std::uint8_t idx) const {
    const std::optional<BssMld>& mld = tables_.bss[idx].mld;
    const bool grouped = tables_.bss[idx].active && mld && mld->group_mld_id < bss_count;
    return grouped ? mld->group_mld_id : idx;
}

std::vector<std::uint8_t> RadioTime::ready_links(std::uint8_t group) const {
    std::vector<std::uint8_t> out;
    for (std::uint8_t idx = 0; idx < bss_count; ++idx)
        if (group_of(idx) == group && is_ready(idx)) out.push_back(idx);
    return out;
}

std::uint8_t RadioTime::link_in_use(std::uint8_t idx) const {
    return in_use_.at(group_of(idx));
}

std::optional<sim::Time> RadioTime::listening_since(std::uint8_t idx) const {
    if (place_ || settling_ || homes_[idx].resting) return std::nullopt;
    return std::max(home_since_, link_since_[group_of(idx)]);
}

std::size_t RadioTime::waiting() const {
    std::size_t out = here_.size() + own_here_.size();
    for (const Home& home : homes_)
        out += home.queue.size();
    return out;
}

/// Whether frames of that BSS can go where the radio is.
bool RadioTime::reaches(std::uint8_t idx) const {
    const std::optional<RadioChannel> channel = tables_.bss[idx].channel();
    // Before it has a home, a BSS speaks where its ROC is.
    if (!channel) return place_.has_value();
    if (place_) return place_->band == channel->band && place_->control == channel->control;
    return !homes_[idx].resting && !homes_[idx].dozing;
}

void RadioTime::set_home(std::uint8_t idx, std::optional<RadioChannel> channel) {
    air_.set_home(idx, channel);
}

void RadioTime::visit(const RadioChannel& channel, Visit why) {
    wanted_ = channel;
    why_ = why;
    proceed();
}

void RadioTime::return_home() {
    wanted_.reset();
    own_here_.clear();
    proceed();
}

void RadioTime::transmit(RadioFrame frame) {
    own_here_.push_back(std::move(frame));
    proceed();
}

void RadioTime::send(std::uint64_t id, const Way& way) {
    if (!way.bss_idx) {
        here_.push_back({id, way});
    } else {
        const std::uint8_t idx = way.any_link ? group_of(*way.bss_idx) : *way.bss_idx;
        homes_[idx].queue.push_back({id, way});
    }
    proceed();
}

void RadioTime::send_own(std::uint8_t idx, RadioFrame frame) {
    if (!reaches(idx) || own_[idx].size() >= most_own_frames) return;
    own_[idx].push_back(std::move(frame));
    proceed();
}

void RadioTime::proceed() {
    // What is called from here may come back here.
    again_ = true;
    if (std::exchange(proceeding_, true)) return;
    while (std::exchange(again_, false)) {
        if (settling_) continue;
        if (!flights_.empty() && wanted_ != place_) continue;  // what is in the air comes first
        if (!go_where_wanted() || !use_wanted_links() || !tell_that_back()) continue;
        pump();
    }
    proceeding_ = false;
}

/// False: not yet.
bool RadioTime::go_where_wanted() {
    if (wanted_ == place_) return true;
    if (wanted_ && !place_) {
        for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
            const std::optional<RadioChannel> home = tables_.bss[idx].channel();
            const bool stays = home && home->band == wanted_->band && home->control == wanted_->control;
            if (is_ready(idx) && !homes_[idx].resting && !homes_[idx].told_away && !stays) tell(idx, true);
        }
        if (!flights_.empty()) return false;
    }
    place_ = wanted_;
    const bool any_home = std::ranges::any_of(tables_.bss, &Bss::connected_station);
    if (place_)
        air_.visit(*place_, why_);
    else
        air_.return_home();
    home_since_ = clock_.now();
    if (any_home) settle(timing_.link_switch);
    return !settling_;
}

/// MLDs whose other link shall be listened to.
bool RadioTime::use_wanted_links() {
    if (away()) return true;
    for (std::uint8_t group = 0; group < bss_count; ++group) {
        const std::uint8_t from = in_use_[group];
        const std::uint8_t to = wanted_link_[group];
        if (from == to) continue;
        if (!flights_.empty()) return false;
        if (is_ready(from) && group_of(from) == group && !homes_[from].told_away) {
            tell(from, true);
            return false;
        }
        in_use_[group] = to;
        link_since_[group] = clock_.now();
        ++link_switches_;
        update();
        settle(timing_.link_switch);
        return false;
    }
    return true;
}

bool RadioTime::tell_that_back() {
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        Home& home = homes_[idx];
        if (home.told_away && !home.resting && !home.dozing && is_ready(idx) && reaches(idx) && home.in_flight == 0)
            tell(idx, false);
    }
    return true;
}

void RadioTime::settle(sim::Duration time) {
    settling_ = true;
    settle_timer_ = clock_.after(time, [this] {
        settling_ = false;
        proceed();
    });
}

void RadioTime::pump() {
    for (std::uint8_t idx = 0; idx < bss_count; ++idx)
        pump(homes_[idx], idx);
    pump_here();
}

void RadioTime::pump(Home& home, std::uint8_t idx) {
    if (!own_[idx].empty() && home.in_flight == 0 && reaches(idx)) {
        RadioFrame frame = std::move(own_[idx].front());
        own_[idx].pop_front();
        put_on_air(std::move(frame), idx, std::nullopt);
    }
    while (!home.queue.empty()) {
        const Waiting& next = home.queue.front();
        const std::uint8_t on = next.way.any_link ? link_in_use(idx) : idx;
        if (homes_[on].in_flight != 0) return;
        if (!tables_.bss[on].channel() && !away()) {
            // It may get one soon; or never.
            if (tables_.bss[on].active && !home.homeless.pending())
                home.homeless = clock_.after(homeless_patience, [this, idx] { give_up(idx); });
            if (!tables_.bss[on].active) give_up(idx);
            return;
        }
        if (homes_[on].dozing && !away()) return wake_up(on);
        if (homes_[on].resting && !away() && is_ready(on)) {
            wanted_link_[group_of(on)] = on;
            again_ = true;
            return;
        }
        if (!reaches(on)) return;
        const Waiting ready = next;
        home.queue.pop_front();
        auto frame = source_->build(ready.id, on);
        if (!frame) continue;
        if (!tables_.bss[on].channel()) frame->channel = *place_;
        use(on);
        put_on_air(std::move(*frame), on, ready.id);
    }
}

void RadioTime::give_up(std::uint8_t idx) {
    Home& home = homes_[idx];
    if (tables_.bss[idx].channel() || away()) return;
    for (const Waiting& lost : std::exchange(home.queue, {}))
        source_->lost(lost.id);
}

void RadioTime::pump_here() {
    while (here_flight_ == 0 && !own_here_.empty()) {
        RadioFrame frame = std::move(own_here_.front());
        own_here_.pop_front();
        put_on_air(std::move(frame), std::nullopt, std::nullopt);
    }
    while (here_flight_ == 0 && !here_.empty()) {
        const Waiting next = here_.front();
        here_.pop_front();
        auto frame = source_->build(next.id, std::nullopt);
        if (!frame) continue;
        if (place_) frame->channel = *place_;
        put_on_air(std::move(*frame), std::nullopt, next.id);
    }
}

void RadioTime::put_on_air(RadioFrame frame, std::optional<std::uint8_t> idx, std::optional<std::uint64_t> id) {
    frame.number = ++last_flight_;
    (idx ? homes_[*idx].in_flight : here_flight_) = frame.number;
    Flight& flight = flights_[frame.number];
    flight.bss_idx = idx;
    flight.id = id;
    if (!id)
        flight.patience = clock_.after(null_patience, [this, number = frame.number] { reported({.number = number}); });
    air_.transmit(std::move(frame));
}

void RadioTime::reported(const RadioReport& report) {
    const auto found = flights_.find(report.number);
    if (found == flights_.end()) return;
    const Flight flight = {found->second.bss_idx, found->second.id, {}};
    flights_.erase(found);
    (flight.bss_idx ? homes_[*flight.bss_idx].in_flight : here_flight_) = 0;
    if (flight.bss_idx && homes_[*flight.bss_idx].dozing && !homes_[*flight.bss_idx].listening_for_beacon)
        air_.rest(*flight.bss_idx, true);
    if (flight.id && source_ != nullptr) source_->sent(*flight.id, flight.bss_idx, report);
    proceed();
}

/// 802.11-2020 11.2.3.2: the AP buffers for who says so, and sends again to who is back.
void RadioTime::tell(std::uint8_t idx, bool away) {
    const Bss& bss = tables_.bss[idx];
    Home& home = homes_[idx];
    home.told_away = away;
    const Device& device = tables_.devices[std::min<std::size_t>(bss.basic.omac_idx, omac_count - 1)];
    const std::size_t link_idx = std::min<std::size_t>(bss.basic.link_idx, links_per_device - 1);
    if (!device.links[link_idx] || home.in_flight != 0) {
        again_ = true;
        return;
    }
    const bool qos = std::ranges::any_of(tables_.wtbl, [&](const WtblEntry& entry) {
        return entry.valid && !entry.self && entry.bss_idx == idx && entry.basic.qos != 0;
    });
    RadioFrame frame;
    frame.channel = *bss.channel();
    frame.wants_acknowledgement = true;
    frame.attempts = null_attempts;
    ieee80211::ByteWriter out(frame.bytes);
    out.u16le(static_cast<std::uint16_t>((qos ? qos_null : null) | to_ds | (away ? power_management : 0)));
    out.u16le(0);
    out.mac(bss.basic.bssid);
    out.mac(*device.links[link_idx]);
    out.mac(bss.basic.bssid);
    out.u16le(static_cast<std::uint16_t>(null_sequence_++ << 4U));
    if (qos) out.u16le(voice_tid);
    put_on_air(std::move(frame), idx, std::nullopt);
}

void RadioTime::advise(std::uint8_t idx, bool use) {
    const std::uint8_t group = group_of(idx);
    if (use || in_use_[group] != idx) return;
    for (const std::uint8_t other : ready_links(group))
        if (other != idx) wanted_link_[group] = other;
    proceed();
}

void RadioTime::update() {
    find_ready();
    for (std::uint8_t group = 0; group < bss_count; ++group) {
        const std::vector<std::uint8_t> ready = ready_links(group);
        const auto is_one = [&](std::uint8_t idx) { return std::ranges::find(ready, idx) != ready.end(); };
        if (!is_one(wanted_link_[group])) {
            wanted_link_[group] = is_one(group) || ready.empty() ? group : ready.front();
            link_since_[group] = clock_.now();
        }
        if (!is_one(in_use_[group])) in_use_[group] = wanted_link_[group];
    }
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        Home& home = homes_[idx];
        const bool resting = is_ready(idx) && in_use_[group_of(idx)] != idx;
        if (resting != std::exchange(home.resting, resting)) {
            // Its AP took it for asleep from the beginning (802.11be 35.3.12.4): only what was in use is told.
            if (resting) home.told_away = true;
            air_.rest(idx, resting || home.dozing);
        }
        if (is_ready(idx)) {
            if (!home.idle.pending() && !home.dozing && may_doze(idx)) arm_doze(idx);
            if (home.dozing && !may_doze(idx)) wake_up(idx);
        } else if (home.told_away || home.dozing) {
            if (std::exchange(home.dozing, false) || home.resting) air_.rest(idx, false);
            home.told_away = false;
            home.resting = false;
        }
        if (!tables_.bss[idx].active) home.last_beacon.reset();
    }
    const bool has_choice = std::ranges::any_of(std::array<std::uint8_t, bss_count>{0, 1, 2, 3, 4},
                                                [&](std::uint8_t group) { return ready_links(group).size() > 1; });
    if (!has_choice)
        choice_timer_.cancel();
    else if (!choice_timer_.pending())
        choice_timer_ = clock_.after(std::ranges::find(looking_, true) != looking_.end() ? look_at_link : stay_on_link,
                                     [this] { choose_links(); });
    proceed();
}

bool RadioTime::turn_is_over(std::uint8_t group, const std::vector<std::uint8_t>& links) const {
    if (link_turn_ == sim::Duration{0} || clock_.now() - link_since_[group] < link_turn_) return false;
    // Who has nothing to say stays where it is.
    return std::ranges::any_of(links,
                               [&](std::uint8_t idx) { return clock_.now() - homes_[idx].last_use < link_turn_; });
}

/// Now and then: is another link worth a switch? What was not heard for long is looked at.
void RadioTime::choose_links() {
    for (std::uint8_t group = 0; group < bss_count; ++group) {
        const std::vector<std::uint8_t> ready = ready_links(group);
        const sim::Duration least = looking_[group] ? look_at_link : stay_on_link;
        if (ready.size() < 2 || clock_.now() - link_since_[group] < least) continue;
        looking_[group] = false;
        const std::uint8_t in_use = in_use_[group];
        const double now = source_->expected_rate(in_use);
        for (const std::uint8_t other : ready)
            if (other != in_use && source_->expected_rate(other) > worth_a_switch * now) wanted_link_[group] = other;
        if (wanted_link_[group] != in_use || !turn_is_over(group, ready)) continue;
        const auto next = std::ranges::upper_bound(ready, in_use);
        wanted_link_[group] = next == ready.end() ? ready.front() : *next;
        looking_[group] = true;
    }
    update();
}

void RadioTime::reset() {
    for (Home& home : homes_)
        home = Home{};
    for (std::uint8_t i = 0; i < bss_count; ++i) {
        in_use_[i] = wanted_link_[i] = i;
        looking_[i] = false;
        air_.rest(i, false);
    }
    here_.clear();
    own_here_.clear();
    for (auto& frames : own_)
        frames.clear();
    flights_.clear();
    here_flight_ = 0;
    wanted_.reset();
    place_.reset();
    settling_ = false;
    settle_timer_.cancel();
    choice_timer_.cancel();
    air_.return_home();
}

}  // namespace mlosim::mt7925
