#include "mt7925/host/air.h"

#include <algorithm>
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

/// What a frame of that rate fills: the whole channel, or its primary part.
phy::ChannelDefinition occupied(const phy::ChannelDefinition& channel, const phy::Rate& rate) {
    if (rate.mhz() > 20) {
        if (phy::width_mhz(channel.width) == rate.mhz()) return channel;
        const auto width = phy::width_from_mhz(rate.mhz());
        if (const auto part = width ? channel.narrowed(*width) : std::nullopt) return *part;
    }
    return phy::ChannelDefinition::mhz20_noht(channel.control);
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

Air::Air(phy::Medium& medium, sim::EventQueue& queue, const phy::PortSettings& placement)
    : medium_(medium),
      port_(medium.attach(*this, placement)),
      transmitter_(
          medium, queue, [](const Bytes&, const phy::Rate&, const phy::Channel&) {},
          [this](const mld::TxStatus& status) {
              if (report_)
                  report_({status.cookie, status.acknowledged, status.retries + 1, status.rate, status.ack_signal_dbm});
          },
          [](const phy::Channel&, const ieee80211::MacAddress&) {}) {}

Air::~Air() {
    medium_.detach(port_);
}

void Air::connect(Deliver deliver, IsOwn is_own, Power power, Report report) {
    deliver_ = std::move(deliver);
    is_own_ = std::move(is_own);
    power_ = std::move(power);
    report_ = std::move(report);
}

void Air::set_home(std::uint8_t bss_idx, std::optional<RadioChannel> channel) {
    homes_.at(bss_idx) = channel;
    tune();
}

void Air::visit(const RadioChannel& channel, Visit) {
    away_ = channel;
    tune();
}

void Air::rest(std::uint8_t bss_idx, bool resting) {
    if (std::exchange(resting_.at(bss_idx), resting) != resting) tune();
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
        for (std::size_t i = 0; i < homes_.size(); ++i)
            if (!resting_[i]) add(homes_[i]);
    medium_.listen(port_, channels);
}

void Air::transmit(RadioFrame frame) {
    const auto definition = definition_of(frame.channel);
    if (!definition || !power_) {
        if (frame.number != 0) transmitter_.give_up(frame.number);
        return;
    }
    const phy::Rate lowest = phy::Rate::legacy(lowest_rate(definition->band())).value_or(phy::Rate{});
    mld::Outgoing out;
    out.bytes = std::move(frame.bytes);
    out.cookie = frame.number;
    out.rate = frame.rate.value_or(lowest);
    out.channel = occupied(*definition, out.rate);
    out.power = phy::Dbm{static_cast<double>(power_(definition->control))};
    out.wants_acknowledgement = frame.wants_acknowledgement;
    out.attempts_left = std::max(frame.attempts, 1U);
    out.stamp_tsf = frame.stamp_time;
    // A rate that was too high is not insisted on.
    if (out.attempts_left > 1 && out.rate != lowest)
        out.last_resort = mld::Outgoing::LastResort{out.attempts_left / 2, lowest, occupied(*definition, lowest)};
    transmitter_.send(port_, std::move(out));
}

bool Air::receive(const phy::Reception& reception) {
    const auto frame = ieee80211::FrameView::parse(*reception.payload);
    ReceivedFrame arrived;
    arrived.channel = radio_channel_of(phy::ChannelDefinition::mhz20(reception.channel.control));
    arrived.bytes = *reception.payload;
    arrived.rssi_dbm = static_cast<int>(reception.rssi.value);
    arrived.rate = reception.rate;
    arrived.started = reception.start;
    if (deliver_) deliver_(arrived);
    return frame && !frame->addr1().is_group() && is_own_ && is_own_(frame->addr1());
}

}  // namespace mlosim::mt7925::host
