#include "mt7925/chip_commands.h"

#include <algorithm>
#include <string>

#include "mt7925/catalogue.h"

namespace mlosim::mt7925 {
namespace {

constexpr std::uint32_t efuse_block_size = 16;
constexpr std::uint32_t encapsulation_address = 0xa71;

constexpr std::size_t most_texts = 16;

template <class T>
Bytes fields_in_bytes(const T& value) {
    Bytes out;
    append_fields(out, value);
    return out;
}

}  // namespace

CommandOutcome ChipCommands::chip_config(ByteView payload) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return CommandOutcome::unreadable();
    CommandOutcome outcome;
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == ChipConfigCapability::tag)
            return CommandOutcome::answered(static_cast<std::uint8_t>(Eid::nic_capability), capabilities());
        if (tlv.tag != ChipConfigText::tag) continue;
        const Result<ChipConfigText> value = decode<ChipConfigText>(tlv);
        if (!value) return CommandOutcome::unreadable();
        outcome = text(*value);
    }
    return outcome;
}

CommandOutcome ChipCommands::text(const ChipConfigText& config) {
    const auto end = std::ranges::find(config.text, 0);
    const std::string line(config.text.begin(), end);
    const std::string word = line.substr(0, line.find(' '));
    auto& texts = tables_.chip.texts;
    std::erase_if(texts, [&](const std::string& known) { return known.substr(0, known.find(' ')) == word; });
    if (texts.size() < most_texts) texts.push_back(line);
    if (word == "KeepFullPwr") tables_.chip.keep_full_power = line.ends_with('1');
    CommandOutcome outcome;
    outcome.crash = word == "assert";
    return outcome;
}

Bytes ChipCommands::capabilities() const {
    PayloadBuilder payload(CapabilityHeader{5});
    payload.add(config_.mac).add(config_.phy).add(config_.six_ghz).add(config_.chip).add(config_.eml);
    return payload.bytes();
}

CommandOutcome ChipCommands::efuse(ByteView payload, bool query) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == EfuseAccess::tag && query) {
            const Result<EfuseAccess> access = decode<EfuseAccess>(tlv);
            if (!access) return CommandOutcome::unreadable();
            EfuseBlock block;
            block.address = access->address;
            if (encapsulation_address >= access->address && encapsulation_address - access->address < efuse_block_size)
                block.data[encapsulation_address - access->address] = config_.encapsulation_type;
            return CommandOutcome::answered(static_cast<std::uint8_t>(Eid::efuse), fields_in_bytes(block));
        }
        if (tlv.tag == EfuseBufferMode::tag) {
            if (!decode<EfuseBufferMode>(tlv)) return CommandOutcome::unreadable();
            tables_.chip.efuse_loaded = true;
        }
    }
    return {};
}

CommandOutcome ChipCommands::wsys(ByteView payload) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == WsysDebug::tag && !decode<WsysDebug>(tlv)) return CommandOutcome::unreadable();
        if (tlv.tag != WsysFwLog::tag) continue;
        const Result<WsysFwLog> log = decode<WsysFwLog>(tlv);
        if (!log) return CommandOutcome::unreadable();
        tables_.chip.fw_log = log->ctrl != 0;
    }
    return {};
}

// Registers are not kept: every one reads 0.
CommandOutcome ChipCommands::registers(ByteView payload, bool query) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        PayloadBuilder answer(ReservedHeader{});
        if (tlv.tag == RegAccess::tag) {
            const Result<RegAccess> access = decode<RegAccess>(tlv);
            if (!access) return CommandOutcome::unreadable();
            answer.add(RegAccess{access->index, 0});
        } else if (tlv.tag == RfRegAccess::tag) {
            const Result<RfRegAccess> access = decode<RfRegAccess>(tlv);
            if (!access) return CommandOutcome::unreadable();
            answer.add(RfRegAccess{access->antenna, access->index, 0});
        }
        if (query) return CommandOutcome::answered(static_cast<std::uint8_t>(Cid::reg_access), answer.bytes());
    }
    return {};
}

CommandOutcome ChipCommands::band_config(ByteView payload) {
    const Result<BandHeader> header = decode_front<BandHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    if (header->band_idx >= tables_.chip.rx_filter.size()) return CommandOutcome::refused(status::failure);
    RxFilter& filter = tables_.chip.rx_filter[header->band_idx];
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == BandRadioEnable::tag && !decode<BandRadioEnable>(tlv)) return CommandOutcome::unreadable();
        if (tlv.tag == BandRts::tag) {
            const Result<BandRts> rts = decode<BandRts>(tlv);
            if (!rts) return CommandOutcome::unreadable();
            tables_.chip.rts[header->band_idx] = *rts;
        }
        if (tlv.tag != BandRxFilter::tag) continue;
        const Result<BandRxFilter> value = decode<BandRxFilter>(tlv);
        if (!value) return CommandOutcome::unreadable();
        if (value->mode == BandRxFilter::mode_fif)
            filter.fif = value->fif;
        else if (value->bit_op == BandRxFilter::bit_set)
            filter.bits |= value->bit_map;
        else
            filter.bits &= ~value->bit_map;
    }
    return {};
}

CommandOutcome ChipCommands::domain(ByteView payload) {
    const Result<DomainHeader> header = decode_front<DomainHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 8);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag != DomainChannels::tag) continue;
        const Result<DomainChannels> list = decode<DomainChannels>(tlv);
        if (!list || std::size_t{list->n_2g} + list->n_5g + list->n_6g != list->channels.size())
            return CommandOutcome::unreadable();
        Regulatory& regulatory = tables_.regulatory;
        const auto begin = list->channels.begin();
        regulatory.alpha2 = std::string(header->alpha2.begin(), std::ranges::find(header->alpha2, 0));
        regulatory.channels_2g.assign(begin, begin + list->n_2g);
        regulatory.channels_5g.assign(begin + list->n_2g, begin + list->n_2g + list->n_5g);
        regulatory.channels_6g.assign(begin + list->n_2g + list->n_5g, list->channels.end());
    }
    return {};
}

CommandOutcome ChipCommands::power_limit(ByteView payload) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == PowerLimits::tag) {
            const Result<PowerLimits> limits = decode<PowerLimits>(tlv);
            if (!limits || !take_limits(*limits)) return CommandOutcome::unreadable();
        } else if (tlv.tag == CountryLimits::tag && !decode<CountryLimits>(tlv)) {
            return CommandOutcome::unreadable();
        }
    }
    return {};
}

bool ChipCommands::take_limits(const PowerLimits& limits) {
    static constexpr std::uint8_t no_limit = 0x7f;
    Regulatory& regulatory = tables_.regulatory;
    if (limits.n_chan != limits.channels.size() || limits.band < 1 || limits.band >= regulatory.limits_complete.size())
        return false;
    for (const PowerLimitChannel& channel : limits.channels) {
        std::int8_t loudest = 0;
        for (const std::uint8_t limit : channel.limits) {
            if (limit != no_limit) loudest = std::max(loudest, static_cast<std::int8_t>(limit));
        }
        regulatory.power_limits[{limits.band, channel.channel}] = loudest;
    }
    regulatory.limits_complete[limits.band] = limits.last_msg != 0;
    return true;
}

CommandOutcome ChipCommands::sniffer(ByteView payload) {
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        if (tlv.tag == SnifferEnable::tag) {
            const Result<SnifferEnable> value = decode<SnifferEnable>(tlv);
            if (!value) return CommandOutcome::unreadable();
            tables_.chip.sniffer = value->enable != 0;
        } else if (tlv.tag == SnifferConfig::tag) {
            // Widths in this command's own numbers: 0 20/40, 1 80, 2 160, 6 320 MHz; RLM's are others.
            static constexpr std::uint8_t rlm_width[] = {0, 2, 3, 6, 5, 4, 7};
            const Result<SnifferConfig> value = decode<SnifferConfig>(tlv);
            if (!value || value->bw >= std::size(rlm_width)) return CommandOutcome::unreadable();
            const std::uint8_t width =
                value->bw == 0 && value->control_ch != value->center_ch ? 1 : rlm_width[value->bw];
            radio_.visit({value->ch_band, value->control_ch, value->center_ch, value->center_ch2, width},
                         Visit::sniffer);
        }
    }
    return {};
}

CommandOutcome ChipCommands::thermal(ByteView payload, bool query) {
    if (!parse_tlvs(payload, 4)) return CommandOutcome::unreadable();
    if (!query) return {};
    ThermalAnswer answer;
    answer.temperature = config_.temperature;
    return CommandOutcome::answered(static_cast<std::uint8_t>(Eid::thermal), fields_in_bytes(answer));
}

CommandOutcome ChipCommands::hif_control(ByteView payload) {
    const Result<HifHeader> header = decode_front<HifHeader>(payload);
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, 4);
    if (!header || !tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        const Result<HifBasic> basic = decode<HifBasic>(tlv);
        if (!basic) return CommandOutcome::unreadable();
        tables_.chip.suspended = basic->suspend != 0;
    }
    HifStatus answer;
    answer.cid = static_cast<std::uint8_t>(Cid::hif_ctrl);
    answer.hif_type = header->hif_type;
    answer.hif_tx_traffic = HifStatus::idle;
    answer.hif_rx_traffic = HifStatus::idle;
    answer.hif_suspend = tables_.chip.suspended ? 1 : 0;
    CommandOutcome outcome;
    outcome.follow_up = {static_cast<std::uint8_t>(Eid::hif_ctrl), PayloadBuilder(ReservedHeader{}).add(answer).bytes(),
                         config_.timing.hif_answer};
    return outcome;
}

CommandOutcome ChipCommands::radio_status() {
    RadioStatusAnswer answer;
    answer.radio_on = config_.radio_on ? 1 : 0;
    return CommandOutcome::answered(static_cast<std::uint8_t>(Eid::radio_status), fields_in_bytes(answer));
}

CommandOutcome ChipCommands::accept(Cid cid, ByteView payload) {
    const MessageForm* form = find_command(static_cast<std::uint16_t>(cid));
    const Result<std::vector<Tlv>> tlvs = parse_tlvs(payload, form->header_size);
    if (!tlvs) return CommandOutcome::unreadable();
    for (const Tlv& tlv : *tlvs) {
        const TlvForm* known = form->tlv(tlv.tag);
        if (known != nullptr && !known->read(tlv.body)) return CommandOutcome::unreadable();
    }
    return {};
}

}  // namespace mlosim::mt7925
