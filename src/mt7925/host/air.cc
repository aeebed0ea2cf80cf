#include "mt7925/host/air.h"

#include <memory>
#include <utility>
#include <vector>

#include "ieee80211/frame_header.h"

namespace mlosim::mt7925::host {

namespace {

struct Width {
    std::uint8_t bw;
    phy::ChannelWidth width;
};
constexpr Width widths[] = {{0, phy::ChannelWidth::w20},    {1, phy::ChannelWidth::w40}, {2, phy::ChannelWidth::w80},
                            {3, phy::ChannelWidth::w160},   {4, phy::ChannelWidth::w10}, {5, phy::ChannelWidth::w5},
                            {6, phy::ChannelWidth::w80p80}, {7, phy::ChannelWidth::w320}};

constexpr phy::Band bands[] = {phy::Band::ghz2_4, phy::Band::ghz5, phy::Band::ghz6};

/// What a chip's own frames go out with, in 100 kb/s.
std::uint32_t lowest_rate(phy::Band band) {
    return band == phy::Band::ghz2_4 ? 10 : 60;
}

}  // namespace

std::optional<phy::ChannelDefinition> definition_of(const RadioChannel& channel) {
    if (channel.band == 0 || channel.band > std::size(bands)) return std::nullopt;
    const phy::Band band = bands[channel.band - 1];
    const auto control = phy::find_channel(band, channel.control);
    if (!control) return std::nullopt;
    for (const Width& known : widths) {
        if (known.bw != channel.width) continue;
        phy::ChannelDefinition out = phy::ChannelDefinition::mhz20(*control);
        if (channel.width == 0) return out;
        out.width = known.width;
        out.center1 = phy::channel_frequency(band, channel.center);
        if (known.width == phy::ChannelWidth::w80p80) out.center2 = phy::channel_frequency(band, channel.center2);
        return out.valid() ? std::optional(out) : std::nullopt;
    }
    return std::nullopt;
}

RadioChannel radio_channel_of(const phy::ChannelDefinition& channel) {
    RadioChannel out;
    for (std::uint8_t i = 0; i < std::size(bands); ++i)
        if (bands[i] == channel.band()) out.band = static_cast<std::uint8_t>(i + 1);
    for (const Width& known : widths)
        if (known.width == channel.width) out.width = known.bw;
    out.control = static_cast<std::uint8_t>(channel.control.number());
    out.center = static_cast<std::uint8_t>(phy::channel_number(channel.center1));
    if (channel.width == phy::ChannelWidth::w80p80)
        out.center2 = static_cast<std::uint8_t>(phy::channel_number(channel.center2));
    return out;
}

Air::Air(phy::Medium& medium, const phy::PortSettings& placement)
    : medium_(medium), port_(medium.attach(*this, placement)) {}

Air::~Air() {
    medium_.detach(port_);
}

void Air::connect(Filter filter, Deliver deliver, IsOwn is_own, Power power) {
    filter_ = std::move(filter);
    deliver_ = std::move(deliver);
    is_own_ = std::move(is_own);
    power_ = std::move(power);
}

void Air::set_home(std::uint8_t bss_idx, std::optional<RadioChannel> channel) {
    homes_.at(bss_idx) = channel;
    tune();
}

void Air::visit(const RadioChannel& channel, Visit) {
    away_ = channel;
    tune();
}

void Air::return_home() {
    away_.reset();
    tune();
}

void Air::tune() {
    std::vector<phy::ChannelDefinition> channels;
    const auto add = [&](const std::optional<RadioChannel>& channel) {
        if (!channel) return;
        if (const auto definition = definition_of(*channel)) channels.push_back(*definition);
    };
    if (away_)
        add(away_);
    else
        for (const auto& home : homes_)
            add(home);
    medium_.listen(port_, channels);
}

void Air::transmit(const RadioChannel& channel, ByteView frame) {
    const auto definition = definition_of(channel);
    if (!definition || !power_) return;
    phy::Transmission out;
    out.payload = std::make_shared<const Bytes>(frame.begin(), frame.end());
    out.channel = phy::ChannelDefinition::mhz20_noht(definition->control);
    out.rate = phy::Rate::legacy(lowest_rate(definition->band())).value_or(phy::Rate{});
    out.power = phy::Dbm{static_cast<double>(power_(definition->control))};
    medium_.transmit(port_, std::move(out));
}

bool Air::receive(const phy::Reception& reception) {
    const auto frame = ieee80211::FrameView::parse(*reception.payload);
    ReceivedFrame arrived;
    arrived.channel = radio_channel_of(phy::ChannelDefinition::mhz20(reception.channel.control));
    arrived.bytes = *reception.payload;
    arrived.rssi_dbm = static_cast<int>(reception.rssi.value);
    if (filter_ && filter_(arrived)) deliver_(reception);
    return frame && !frame->addr1().is_group() && is_own_ && is_own_(frame->addr1());
}

}  // namespace mlosim::mt7925::host
