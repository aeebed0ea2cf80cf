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

namespace {

std::string_view cipher_name(KeyCipher cipher) {
    struct Name {
        KeyCipher cipher;
        std::string_view text;
    };
    static constexpr Name names[] = {
        {KeyCipher::wep40, "wep40"},   {KeyCipher::tkip, "tkip"},       {KeyCipher::ccmp, "ccmp"},
        {KeyCipher::wep104, "wep104"}, {KeyCipher::bip, "bip"},         {KeyCipher::ccmp256, "ccmp256"},
        {KeyCipher::gcmp, "gcmp"},     {KeyCipher::gcmp256, "gcmp256"},
    };
    const auto name = std::ranges::find(names, cipher, &Name::cipher);
    return name == std::end(names) ? "?" : name->text;
}

std::uint8_t tids(const std::array<std::optional<BlockAck>, 8>& sessions) {
    unsigned bits = 0;
    for (unsigned tid = 0; tid < sessions.size(); ++tid)
        bits |= sessions[tid] ? 1U << tid : 0U;
    return static_cast<std::uint8_t>(bits);
}

}  // namespace

std::vector<WcidRow> FirmwareTables::wcid_rows() const {
    std::vector<WcidRow> rows;
    for (std::uint16_t wcid = 0; wcid < wtbl_size; ++wcid) {
        const WtblEntry& entry = wtbl[wcid];
        if (!entry.valid) continue;
        const Bss& of = bss[entry.bss_idx];
        WcidRow row;
        row.wcid = wcid;
        row.self = entry.self;
        row.bss_idx = entry.bss_idx;
        if (of.mld && of.mld->link_id != BssMld::none) row.link_id = of.mld->link_id;
        row.address = entry.self ? of.basic.bssid : entry.basic.peer_addr;
        if (entry.mld) row.primary = entry.mld->primary_id;
        if (entry.state) row.state = entry.state->state;
        row.aid = entry.basic.aid;
        for (const KeySlot& key : entry.keys)
            row.keys.push_back((key.pairwise ? "pairwise " : "group ") + std::to_string(key.key_id) + " " +
                               std::string(cipher_name(key.cipher)));
        row.originator_tids = tids(entry.originator);
        row.recipient_tids = tids(entry.recipient);
        rows.push_back(std::move(row));
    }
    return rows;
}

}  // namespace mlosim::mt7925
