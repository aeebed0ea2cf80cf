#include "agent/gatekeeper.h"

#include <algorithm>

#include "agent/install_keys.h"
#include "agent/status_code.h"
#include "mld/data_path.h"
#include "mld/stations.h"
#include "mld/wiphy.h"
#include "mld/world.h"

namespace mlosim::agent {

namespace {

using ieee80211::ByteView;
using ieee80211::MacAddress;
using rsn::GroupKey;
using rsn::GroupKeyKind;

constexpr sim::Duration first_word = std::chrono::milliseconds(1);
constexpr std::size_t management_key_octets = 16;

/// Keys of two generations lie side by side. 802.11-2020 12.7.2: GTKs may be 1 and 2, IGTKs 4 and 5, BIGTKs 6 and 7.
std::uint8_t key_id(GroupKeyKind kind, unsigned generation) {
    const unsigned first = kind == GroupKeyKind::gtk ? 1 : kind == GroupKeyKind::igtk ? 4 : 6;
    return static_cast<std::uint8_t>(first + generation % 2);
}

mld::KeyPurpose purpose_of(const GroupKey& key) {
    switch (key.kind) {
        case GroupKeyKind::igtk:
            return mld::KeyPurpose::management;
        case GroupKeyKind::bigtk:
            return mld::KeyPurpose::beacon;
        case GroupKeyKind::gtk:
            break;
    }
    return mld::KeyPurpose::data_multicast;
}

mld::KeyName name_of(const GroupKey& key) {
    mld::KeyName out;
    out.index = key.key_id;
    out.link = key.link;
    return out;
}

}  // namespace

Gatekeeper::Gatekeeper(mld::Wdev& wdev, Settings settings, Outlets outlets)
    : wdev_(wdev),
      settings_(std::move(settings)),
      outlets_(std::move(outlets)),
      random_(wdev.wiphy().world().random().stream("agent/" + settings_.name + "/keys")) {}

sim::EventQueue& Gatekeeper::queue() const {
    return wdev_.wiphy().world().queue();
}

ieee80211::Bytes Gatekeeper::random_octets(std::size_t size) {
    ieee80211::Bytes out(size);
    for (std::uint8_t& octet : out)
        octet = static_cast<std::uint8_t>(random_.next_u64() >> 56U);
    return out;
}

ieee80211::Suite Gatekeeper::cipher_of(const GroupKey& key) const {
    return key.kind == GroupKeyKind::gtk ? settings_.group_cipher : settings_.management_cipher;
}

std::vector<GroupKey> Gatekeeper::fresh_group_keys(const std::vector<std::optional<ieee80211::LinkId>>& links,
                                                   unsigned generation) {
    std::vector<GroupKey> out;
    for (const auto& link : links) {
        for (const GroupKeyKind kind : {GroupKeyKind::gtk, GroupKeyKind::igtk, GroupKeyKind::bigtk}) {
            if (kind != GroupKeyKind::gtk && !settings_.mfp) continue;
            GroupKey key;
            key.kind = kind;
            key.link = link;
            key.key_id = key_id(kind, generation);
            key.key = random_octets(kind == GroupKeyKind::gtk ? rsn::key_size(settings_.group_cipher)
                                                              : management_key_octets);
            out.push_back(std::move(key));
        }
    }
    return out;
}

Result<void> Gatekeeper::install(const std::vector<GroupKey>& keys) {
    for (const GroupKey& key : keys)
        if (auto done = install_group_key(wdev_, key, cipher_of(key)); !done) return done;
    return {};
}

Result<void> Gatekeeper::send_with(const std::vector<GroupKey>& keys) {
    for (const GroupKey& key : keys)
        if (auto done = wdev_.wiphy().data_path().set_default_key(wdev_, name_of(key), purpose_of(key)); !done)
            return done;
    return {};
}

Result<void> Gatekeeper::start(const std::vector<ieee80211::LinkId>& links) {
    stop();
    links_.assign(links.begin(), links.end());
    if (links_.empty()) links_.emplace_back();
    generation_ = 0;
    group_keys_ = fresh_group_keys(links_, generation_);
    if (auto done = install(group_keys_); !done) return done;
    if (auto done = send_with(group_keys_); !done) return done;
    if (settings_.group_rekey.count() > 0)
        group_timer_ = queue().after(settings_.group_rekey, [this] { rekey_group(); });
    return {};
}

void Gatekeeper::stop() {
    visitors_.clear();
    group_keys_.clear();
    next_group_keys_.clear();
    without_next_.clear();
    group_timer_.cancel();
}

/// With the packet numbers that they have reached.
std::vector<GroupKey> Gatekeeper::group_keys(std::optional<ieee80211::LinkId> only_link) const {
    std::vector<GroupKey> out = next_group_keys_.empty() ? group_keys_ : next_group_keys_;
    if (only_link) std::erase_if(out, [&](const GroupKey& key) { return key.link != only_link; });
    for (GroupKey& key : out) {
        const auto info = wdev_.wiphy().data_path().key(wdev_, name_of(key));
        if (!info) continue;
        key.packet_number = 0;
        for (std::size_t i = info->sequence.size(); i-- > 0;)
            key.packet_number = key.packet_number << 8U | info->sequence[i];
    }
    if (only_link)
        for (GroupKey& key : out)
            key.link.reset();
    return out;
}

void Gatekeeper::link_gone(ieee80211::LinkId link) {
    std::erase(links_, std::optional(link));
    for (auto* keys : {&group_keys_, &next_group_keys_})
        std::erase_if(*keys, [&](const GroupKey& key) { return key.link == link; });
}

bool Gatekeeper::link_came(ieee80211::LinkId link) {
    if (!next_group_keys_.empty()) switch_group_keys();
    links_.emplace_back(link);
    std::vector<GroupKey> keys = fresh_group_keys({link}, generation_);
    if (!install(keys) || !send_with(keys)) return false;
    group_keys_.insert(group_keys_.end(), keys.begin(), keys.end());
    return true;
}

void Gatekeeper::rekey_group() {
    if (group_keys_.empty()) return;
    if (settings_.group_rekey.count() > 0)
        group_timer_ = queue().after(settings_.group_rekey, [this] { rekey_group(); });
    // Who has not answered by now has lost its chance: it is asked again with the next keys.
    if (!next_group_keys_.empty()) switch_group_keys();
    next_group_keys_ = fresh_group_keys(links_, ++generation_);
    ++group_rekeys_;
    if (!install(next_group_keys_)) return;
    std::vector<MacAddress> told;
    for (auto& [station, visitor] : visitors_) {
        if (visitor.let_in)
            told.push_back(station);
        else
            visitor.missed_rekey = true;
    }
    without_next_ = {told.begin(), told.end()};
    for (const MacAddress& station : told) {
        const auto at = visitors_.find(station);
        if (at == visitors_.end()) continue;
        const rsn::AuthenticatorStep step = at->second.authenticator->rekey_group();
        at->second.missed_rekey = !step.send;
        follow(station, step);
    }
    if (without_next_.empty() && !next_group_keys_.empty()) switch_group_keys();
}

void Gatekeeper::has_group_keys(const MacAddress& station) {
    if (without_next_.erase(station) == 0 || !without_next_.empty()) return;
    switch_group_keys();
}

// cf. hostapd's wpa_group_setkeysdone()
void Gatekeeper::switch_group_keys() {
    (void)send_with(next_group_keys_);  // it has a slot: cannot fail while the access point runs
    for (const GroupKey& old : group_keys_)
        (void)wdev_.wiphy().data_path().remove_key(wdev_, name_of(old));
    group_keys_ = std::move(next_group_keys_);
    next_group_keys_.clear();
    without_next_.clear();
    wdev_.wiphy().world().trace().record(queue().now(), "agent/group-rekeyed",
                                         {{"network", settings_.name}, {"wdev", wdev_.id().value}});
}

bool Gatekeeper::rekey_pairwise(const MacAddress& station) {
    const auto at = visitors_.find(station);
    if (at == visitors_.end() || !at->second.let_in) return false;
    follow(station, at->second.authenticator->start());
    return true;
}

void Gatekeeper::associated(rsn::AuthenticatorSettings agreed, std::optional<ieee80211::LinkId> only_link) {
    const MacAddress station = agreed.ends.supplicant;
    left(station);
    Visitor& visitor = visitors_[station];
    visitor.cipher = agreed.pairwise_cipher;
    visitor.only_link = only_link;
    const auto nonce = [this] {
        rsn::Nonce out{};
        const ieee80211::Bytes octets = random_octets(out.size());
        std::copy(octets.begin(), octets.end(), out.begin());
        return out;
    };
    visitor.authenticator = std::make_unique<rsn::Authenticator>(std::move(agreed), nonce,
                                                                 [this, only_link] { return group_keys(only_link); });
}

bool Gatekeeper::transitioned(rsn::AuthenticatorSettings agreed, std::optional<ieee80211::LinkId> only_link) {
    const MacAddress station = agreed.ends.supplicant;
    rsn::AuthenticatorStep step;
    step.install = agreed.key->tk;
    step.authorized = true;
    associated(std::move(agreed), only_link);
    if (!open(station, visitors_.at(station), step)) return false;
    opened(station);
    return true;
}

void Gatekeeper::greet(const MacAddress& station) {
    const auto at = visitors_.find(station);
    if (at == visitors_.end() || at->second.let_in) return;
    // The air takes its answer first.
    at->second.timer = queue().after(first_word, [this, station] {
        const auto known = visitors_.find(station);
        if (known != visitors_.end()) follow(station, known->second.authenticator->start());
    });
}

void Gatekeeper::left(const MacAddress& station) {
    visitors_.erase(station);
    has_group_keys(station);
}

void Gatekeeper::receive(const MacAddress& station, ByteView packet) {
    const auto at = visitors_.find(station);
    if (at != visitors_.end()) follow(station, at->second.authenticator->receive(packet));
}

bool Gatekeeper::has_let_in(const MacAddress& station) const {
    const auto at = visitors_.find(station);
    return at != visitors_.end() && at->second.let_in;
}

void Gatekeeper::follow(const MacAddress& station, const rsn::AuthenticatorStep& step) {
    Visitor& visitor = visitors_.at(station);
    if (step.disconnect || !open(station, visitor, step)) {
        const auto reason = step.disconnect.value_or(static_cast<std::uint16_t>(ReasonCode::unspecified));
        return outlets_.send_away(station, reason);
    }
    if (step.authorized || step.group_done) visitor.timer.cancel();
    if (step.send) {
        mld::ControlPortFrame frame;
        frame.destination = station;
        frame.payload = *step.send;
        frame.link = visitor.only_link;
        (void)wdev_.wiphy().data_path().send_control_port(wdev_,
                                                          frame);  // one that is not sent is lost: it comes again
    }
    if (step.wait)
        visitor.timer = queue().after(*step.wait, [this, station] {
            const auto at = visitors_.find(station);
            if (at != visitors_.end()) follow(station, at->second.authenticator->timeout());
        });
    if (step.group_done) has_group_keys(station);
    if (step.authorized) opened(station);
}

/// The key that the handshake gave comes into force, and the port opens.
bool Gatekeeper::open(const MacAddress& station, const Visitor& visitor, const rsn::AuthenticatorStep& step) {
    if (step.install && !install_pairwise_key(wdev_, station, visitor.cipher, *step.install)) return false;
    if (!step.authorized) return true;
    mld::StaParameters parameters;
    parameters.flags_mask |= mld::StaFlag::authorized;
    parameters.flags_set |= mld::StaFlag::authorized;
    return wdev_.wiphy().stations().change(wdev_, station, parameters).has_value();
}

void Gatekeeper::opened(const MacAddress& station) {
    Visitor& visitor = visitors_.at(station);
    if (settings_.pairwise_rekey.count() > 0)
        visitor.rekey = queue().after(settings_.pairwise_rekey, [this, station] { (void)rekey_pairwise(station); });
    const bool first = !std::exchange(visitor.let_in, true);
    if (std::exchange(visitor.missed_rekey, false)) follow(station, visitor.authenticator->rekey_group());
    if (first) outlets_.let_in(station);
}

}  // namespace mlosim::agent
