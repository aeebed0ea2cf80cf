#include "mt7925/host/regulatory.h"

#include <algorithm>

#include "mt7925/roc_tlvs.h"

namespace mlosim::mt7925::host {

namespace {

constexpr std::uint8_t band_2ghz = 1;
constexpr std::uint8_t band_5ghz = 2;
constexpr std::uint8_t band_6ghz = 3;
constexpr std::size_t channels_a_message = 3;
constexpr std::int8_t no_limit = 127;

// Of DomainHeader: what widths a band is used with.
constexpr std::uint8_t up_to_40_mhz = 0;
constexpr std::uint8_t up_to_160_mhz = 3;

/// Numbers from `first` to `last`, each `step` from the one before.
void append_run(std::vector<std::uint8_t>& out, unsigned first, unsigned last, unsigned step) {
    for (unsigned number = first; number <= last; number += step)
        out.push_back(static_cast<std::uint8_t>(number));
}

/// Every number that the firmware has a limit for: centres of wider channels too.
std::vector<std::uint8_t> numbers_of(std::uint8_t band) {
    std::vector<std::uint8_t> out;
    switch (band) {
        case band_2ghz:
            append_run(out, 1, 14, 1);
            break;
        case band_5ghz:
            append_run(out, 36, 64, 2);
            append_run(out, 100, 128, 2);
            append_run(out, 132, 144, 2);
            append_run(out, 149, 161, 2);
            append_run(out, 165, 167, 2);
            break;
        case band_6ghz:
            for (unsigned first = 1; first < 225; first += 32)
                append_run(out, first, first + 28, 2);
            append_run(out, 225, 229, 2);
            out.push_back(233);
            break;
        default:
            break;
    }
    return out;
}

/// In half dBm. A number that is no channel of the radio's, or one that is not allowed, has no limit of its own.
/// cf. mt76_connac_get_ch_power()
std::int8_t limit_of(const Domain& domain, std::uint8_t band, std::uint8_t number) {
    const int level = domain.power_level_dbm != 0 ? 2 * domain.power_level_dbm : no_limit;
    const auto found = std::ranges::find_if(
        domain.channels, [&](const AllowedChannel& c) { return c.band == band && c.number == number; });
    const bool limited = found != domain.channels.end() && found->allowed();
    return static_cast<std::int8_t>(limited ? std::min(level, 2 * found->max_reg_power_dbm) : level);
}

/// One limit for all rates; rates that do not exist have none. cf. mt7925_mcu_build_sku()
PowerLimitChannel limits_of(std::uint8_t band, std::uint8_t number, std::int8_t limit) {
    constexpr std::size_t cck = 4;
    constexpr std::size_t ofdm = 8;
    constexpr std::size_t ofdm_room = 5 * ofdm;
    constexpr std::size_t ht = 2 * 8 + 1;
    constexpr std::size_t vht_widths = 4;
    constexpr std::size_t vht = 10;
    constexpr std::size_t vht_room = 12;
    PowerLimitChannel out;
    out.channel = number;
    out.limits.fill(static_cast<std::uint8_t>(no_limit));
    std::size_t at = 0;
    const auto put = [&](std::size_t count, std::size_t room) {
        std::fill_n(out.limits.begin() + static_cast<std::ptrdiff_t>(at), count, static_cast<std::uint8_t>(limit));
        at += room;
    };
    put(band == band_2ghz ? cck : 0, cck);
    put(ofdm, ofdm_room);
    put(ht, ht);
    for (std::size_t width = 0; width < vht_widths; ++width)
        put(vht, vht_room);
    put(out.limits.size() - at, 0);  // HE and EHT
    return out;
}

Octets<4> octets_of(const std::array<char, 2>& alpha2) {
    return {static_cast<std::uint8_t>(alpha2[0]), static_cast<std::uint8_t>(alpha2[1]), 0, 0};
}

}  // namespace

Bytes domain_message(const Domain& domain) {
    DomainHeader header;
    header.alpha2 = octets_of(domain.alpha2);
    header.bw_2g = up_to_40_mhz;
    header.bw_5g = header.bw_6g = up_to_160_mhz;
    DomainChannels channels;
    const auto append = [&](std::uint8_t band, std::uint8_t& count) {
        for (const AllowedChannel& channel : domain.channels) {
            if (channel.band != band || !channel.allowed()) continue;
            channels.channels.push_back({channel.number, channel.flags});
            ++count;
        }
    };
    append(band_2ghz, channels.n_2g);
    append(band_5ghz, channels.n_5g);
    append(band_6ghz, channels.n_6g);
    return PayloadBuilder(header).add(channels).bytes();
}

std::vector<Bytes> power_limit_messages(const Domain& domain, std::uint8_t band) {
    const std::vector<std::uint8_t> numbers = numbers_of(band);
    std::vector<Bytes> out;
    for (std::size_t first = 0; first < numbers.size(); first += channels_a_message) {
        const std::size_t end = std::min(numbers.size(), first + channels_a_message);
        PowerLimits limits;
        limits.n_chan = static_cast<std::uint8_t>(end - first);
        limits.band = band;
        limits.last_msg = end == numbers.size() ? 1 : 0;
        limits.alpha2 = octets_of(domain.alpha2);
        for (std::size_t i = first; i < end; ++i)
            limits.channels.push_back(limits_of(band, numbers[i], limit_of(domain, band, numbers[i])));
        out.push_back(PayloadBuilder(ReservedHeader{}).add(limits).bytes());
    }
    return out;
}

Task<Result<void>> set_domain(Chip& chip, Domain domain) {
    const McuResult told = co_await chip.command(Cid::set_domain_info, option::set_ack, domain_message(domain));
    if (told.error != 0) co_return Result<void>(fail(told.error));
    for (std::uint8_t band = band_2ghz; band <= (domain.has_6ghz ? band_6ghz : band_5ghz); ++band) {
        for (Bytes& message : power_limit_messages(domain, band)) {
            const McuResult limited = co_await chip.command(Cid::set_power_limit, option::set_ack, std::move(message));
            if (limited.error != 0) co_return Result<void>(fail(limited.error));
        }
    }
    co_return Result<void>{};
}

}  // namespace mlosim::mt7925::host
