#include "mt7925/tables.h"

#include <algorithm>

namespace mlosim::mt7925 {

bool Device::active() const {
    return std::ranges::any_of(links, [](const auto& link) { return link.has_value(); });
}

std::optional<RadioChannel> Bss::channel() const {
    if (!active || !rlm) return std::nullopt;
    return RadioChannel{rlm->band, rlm->control_ch, rlm->center_ch, rlm->center_ch2, rlm->bw};
}

bool Regulatory::no_ir(std::uint8_t band, std::uint8_t channel) const {
    const std::vector<DomainChannel>* lists[] = {&channels_2g, &channels_5g, &channels_6g};
    if (band < 1 || band > std::size(lists)) return true;
    const auto& list = *lists[band - 1];
    const auto found = std::ranges::find(list, channel, &DomainChannel::channel);
    return found == list.end() || (found->flags & DomainChannel::no_ir) != 0;
}

std::vector<MldGroup> FirmwareTables::mld_groups() const {
    std::vector<MldGroup> groups;
    for (std::uint8_t idx = 0; idx < bss_count; ++idx) {
        const Bss& link = bss[idx];
        if (!link.active || !link.mld || link.mld->group_mld_id == BssMld::none) continue;
        auto group = std::ranges::find(groups, link.mld->group_mld_id, &MldGroup::group_id);
        if (group == groups.end()) group = groups.insert(group, {link.mld->group_mld_id, link.mld->mac_addr, {}, {}});
        group->bss_indexes.push_back(idx);
    }
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        const WtblEntry& entry = wtbl[wcid];
        if (!entry.valid || !entry.mld) continue;
        for (MldGroup& group : groups) {
            if (std::ranges::find(group.bss_indexes, entry.bss_idx) == group.bss_indexes.end()) continue;
            auto peer = std::ranges::find(group.peers, entry.mld->primary_id, &MldGroup::Peer::primary);
            if (peer == group.peers.end())
                peer = group.peers.insert(peer, {entry.mld->mld_addr, entry.mld->primary_id, {}});
            peer->wcids.push_back(wcid);
        }
    }
    return groups;
}

}  // namespace mlosim::mt7925
