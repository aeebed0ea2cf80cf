#include "mt7925/fault_rules.h"

#include <algorithm>

namespace mlosim::mt7925 {
namespace {

constexpr FaultName names[] = {
    {FaultEffect::drop_ack, "drop_ack"},
    {FaultEffect::delay, "delay"},
    {FaultEffect::wrong_seq, "wrong_seq"},
    {FaultEffect::wrong_cid, "wrong_cid"},
    {FaultEffect::status, "status"},
    {FaultEffect::stall_ring15, "stall_ring15"},
    {FaultEffect::coredump, "coredump"},
    {FaultEffect::beacon_loss, "beacon_loss"},
    {FaultEffect::drop_event, "drop_event"},
    {FaultEffect::delay_event, "delay_event"},
    {FaultEffect::no_grant, "no_grant"},
    {FaultEffect::late_grant, "late_grant"},
    {FaultEffect::grant_interval, "grant_interval"},
    {FaultEffect::dup_grant, "dup_grant"},
    {FaultEffect::sem_stuck, "sem_stuck"},
    {FaultEffect::misc_not_ready, "misc_not_ready"},
    {FaultEffect::own_stuck, "own_stuck"},
    {FaultEffect::lost_tx_free, "lost_tx_free"},
    {FaultEffect::drop_txs, "drop_txs"},
    {FaultEffect::event_wcid, "event_wcid"},
    {FaultEffect::rx_wrong_wcid, "rx_wrong_wcid"},
    {FaultEffect::irq_lost, "irq_lost"},
    {FaultEffect::bus_ff, "bus_ff"},
    {FaultEffect::lose_wfdma, "lose_wfdma"},
    {FaultEffect::regd_flip, "regd_flip"},
};

template <class T>
bool agrees(const std::optional<T>& wanted, const std::optional<T>& there) {
    return !wanted || wanted == there;
}

bool matches(const FaultMatch& match, const FaultSubject& subject) {
    return agrees(match.cid, subject.cid) && agrees(match.eid, subject.eid) && agrees(match.bss_idx, subject.bss_idx) &&
           agrees(match.wcid, subject.wcid) && agrees(match.roc_type, subject.roc_type) &&
           agrees(match.token, subject.token);
}

}  // namespace

std::string_view name_of(FaultEffect effect) {
    return std::ranges::find(names, effect, &FaultName::effect)->name;
}

std::optional<FaultEffect> fault_effect(std::string_view name) {
    const auto entry = std::ranges::find(names, name, &FaultName::name);
    if (entry == std::end(names)) return std::nullopt;
    return entry->effect;
}

FaultRules::Id FaultRules::add(FaultRule rule) {
    const Id id = next_id_++;
    if (rule.times > 0) rules_.push_back({id, rule, 0});
    return id;
}

bool FaultRules::remove(Id id) {
    return std::erase_if(rules_, [id](const Entry& entry) { return entry.id == id; }) > 0;
}

std::optional<FaultRule> FaultRules::take(FaultEffect effect, const FaultSubject& subject) {
    Entry* chosen = nullptr;
    for (Entry& entry : rules_) {
        if (entry.rule.effect != effect || !matches(entry.rule.match, subject)) continue;
        if (entry.rule.skip > 0) {
            --entry.rule.skip;
            continue;
        }
        if (chosen == nullptr || entry.rule.priority > chosen->rule.priority) chosen = &entry;
    }
    if (chosen == nullptr) return std::nullopt;
    const FaultRule rule = chosen->rule;
    ++acted_;
    ++chosen->acted;
    if (--chosen->rule.times == 0) remove(chosen->id);
    return rule;
}

}  // namespace mlosim::mt7925
