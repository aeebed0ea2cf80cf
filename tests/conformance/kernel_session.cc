#include "kernel_session.h"

#include <cstring>

#include <linux/rtnetlink.h>
#include <unistd.h>

#include "sim/invariant.h"

namespace mlosim::conformance {

namespace {

/// Programs offer this much to recvmsg(2): libnl's four pages.
constexpr std::size_t receive_size = 16384;
/// The observer's port; programs' ports never have this value.
constexpr std::uint32_t observer_port = 0xffffffff;
/// The machine had a wired device besides the loopback.
constexpr mld::IfIndex first_wireless{3};

}  // namespace

/// The program's end of a socket: keeps what is delivered, in datagrams.
class KernelSession::Mailbox final : public netlink::Outlet {
public:
    Mailbox(netlink::Core& core, netlink::Protocol protocol, std::vector<Recorded>& heard)
        : core_(core), protocol_(protocol), heard_(heard) {
        id_ = core_.open(protocol, {.pid = ::getpid(), .uid = ::getuid()}, *this);
    }
    ~Mailbox() override { core_.close(id_); }
    Mailbox(const Mailbox&) = delete;
    Mailbox& operator=(const Mailbox&) = delete;

    void deliver(std::span<const std::uint8_t> datagram, std::uint32_t, std::uint32_t group) override {
        ++datagrams_;
        for (std::size_t at = 0; at + NLMSG_HDRLEN <= datagram.size();) {
            nlmsghdr header{};
            std::memcpy(&header, datagram.data() + at, sizeof(header));
            MLOSIM_INVARIANT(header.nlmsg_len >= NLMSG_HDRLEN && at + header.nlmsg_len <= datagram.size(),
                             "the server sends whole messages");
            Recorded message;
            message.way = group != 0 ? Recorded::Way::announcement : Recorded::Way::answer;
            message.protocol = protocol_;
            message.datagram = datagrams_;
            message.type = header.nlmsg_type;
            message.flags = header.nlmsg_flags;
            message.seq = header.nlmsg_seq;
            message.port = header.nlmsg_pid;
            const auto body = datagram.subspan(at + NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN);
            message.body.assign(body.begin(), body.end());
            if (header.nlmsg_seq == 0 && header.nlmsg_pid == 0 && header.nlmsg_type >= NLMSG_MIN_TYPE) {
                message.way = Recorded::Way::announcement;
                heard_.push_back(message);
            }
            messages_.push_back(std::move(message));
            at += NLMSG_ALIGN(header.nlmsg_len);
        }
    }
    [[nodiscard]] bool writable() const override { return true; }

    [[nodiscard]] netlink::SocketId id() const { return id_; }
    std::vector<Recorded> take() { return std::exchange(messages_, {}); }

private:
    netlink::Core& core_;
    netlink::Protocol protocol_;
    std::vector<Recorded>& heard_;
    netlink::SocketId id_{};
    unsigned datagrams_ = 0;
    std::vector<Recorded> messages_;
};

/// Hears all channels that the recordings used.
class KernelSession::Ear final : public phy::RadioPort {
public:
    Ear(phy::Medium& medium, std::vector<ieee80211::Bytes>& heard)
        : medium_(medium), heard_(heard), port_(medium.attach(*this, {})) {
        std::vector<phy::ChannelDefinition> channels;
        for (const auto& [band, number] : {std::pair{phy::Band::ghz2_4, 1},
                                           {phy::Band::ghz2_4, 3},
                                           {phy::Band::ghz2_4, 6},
                                           {phy::Band::ghz2_4, 11},
                                           {phy::Band::ghz5, 36},
                                           {phy::Band::ghz5, 44},
                                           {phy::Band::ghz6, 5},
                                           {phy::Band::ghz6, 21}})
            channels.push_back(
                phy::ChannelDefinition::mhz20_noht(*phy::find_channel(band, static_cast<std::uint16_t>(number))));
        medium_.listen(port_, channels);
    }
    ~Ear() { medium_.detach(port_); }
    Ear(const Ear&) = delete;
    Ear& operator=(const Ear&) = delete;

private:
    bool receive(const phy::Reception& reception) override {
        constexpr unsigned type_bits = 0x0c;
        const ieee80211::Bytes& frame = *reception.payload;
        if (!frame.empty() && (frame[0] & type_bits) == 0) heard_.push_back(frame);
        return false;
    }

    phy::Medium& medium_;
    std::vector<ieee80211::Bytes>& heard_;
    phy::PortId port_;
};

KernelSession::KernelSession()
    : random_(1),
      profiles_(mld::RadioProfiles::built_in()),
      medium_(std::make_unique<phy::IdealMedium>(queue_)),
      ear_(std::make_unique<Ear>(*medium_, air_)),
      world_(std::make_unique<mld::World>(queue_, random_, trace_, phy::RegulatoryDatabase::embedded())),
      core_(::getuid()),
      generic_(core_) {
    hwsim::install(*world_, *medium_);
    route_ = std::make_unique<netlink::RouteNetlink>(core_, *world_);
    core_.attach(netlink::Protocol::route, *route_);
    nl80211_ = std::make_unique<netlink::Nl80211>(generic_, *world_, netlink::Dialect::mainline);
    hwsim_ = std::make_unique<netlink::HwsimFamily>(
        generic_, *world_,
        netlink::HwsimDefaults{.profile = *profiles_.find("generic-be"), .channels = 1, .placement = {}});
    world_->set_next_ifindex(first_wireless);

    // Somebody listens to all of nl80211, as iw event did on the machine.
    Mailbox& observer = socket(netlink::Protocol::generic, observer_port);
    const auto* nl80211 = generic_.find("nl80211");
    const auto groups = static_cast<std::uint32_t>(nl80211->family->info().groups.size());
    for (std::uint32_t group = 0; group < groups; ++group)
        (void)core_.set_membership(observer.id(), nl80211->first_group + group, true);
}

KernelSession::~KernelSession() = default;

void KernelSession::load(unsigned radios, const mld::RadioOptions& options) {
    for (unsigned i = 0; i < radios; ++i) {
        mld::RadioSpec spec;
        spec.profile = profiles_.find("generic-be")->with(options);
        spec.options = options;
        const auto radio = world_->add_radio(std::move(spec));
        MLOSIM_INVARIANT(radio.has_value(), "hwsim can make any number of radios");
    }
    world_->add_hwsim_monitor();
}

void KernelSession::unload() {
    while (!world_->radios().empty())
        world_->remove_radio(world_->radios().begin()->first);
    world_->set_next_radio(mld::RadioIndex{0});
    if (mld::Netdev* monitor = world_->find_netdev("hwsim0")) world_->remove_netdev(*monitor);
}

void KernelSession::advance_to(std::uint64_t time_us) {
    queue_.run_until(began_ + std::chrono::microseconds(time_us));
}

void KernelSession::wait_for(std::size_t heard, std::chrono::milliseconds limit) {
    const sim::Time end = queue_.now() + limit;
    while (heard_.size() < heard) {
        const auto due = queue_.next_due();
        if (!due || *due > end) return;
        (void)queue_.step();
    }
}

KernelSession::Mailbox& KernelSession::socket(netlink::Protocol protocol, std::uint32_t port) {
    auto& mailbox = sockets_[{protocol, port}];
    if (mailbox == nullptr) {
        mailbox = std::make_unique<Mailbox>(core_, protocol, heard_);
        (void)core_.bind(mailbox->id(), port, 0);
        core_.note_receive_size(mailbox->id(), receive_size);
        core_.set_option(mailbox->id(), netlink::SocketOption::ext_ack, protocol == netlink::Protocol::generic);
    }
    return *mailbox;
}

std::vector<Recorded> KernelSession::request(const Recorded& message, std::uint32_t port) {
    Mailbox& mailbox = socket(message.protocol, port);
    (void)mailbox.take();
    const nlmsghdr header{.nlmsg_len = static_cast<std::uint32_t>(NLMSG_HDRLEN + message.body.size()),
                          .nlmsg_type = message.type,
                          .nlmsg_flags = message.flags,
                          .nlmsg_seq = message.seq,
                          .nlmsg_pid = message.port};
    // Aligned as a kernel's buffers are.
    std::vector<std::uint32_t> buffer((header.nlmsg_len + 3U) / 4U);
    auto* bytes = reinterpret_cast<std::uint8_t*>(buffer.data());
    std::memcpy(bytes, &header, sizeof(header));
    std::copy(message.body.begin(), message.body.end(), bytes + NLMSG_HDRLEN);
    core_.receive(mailbox.id(), {bytes, header.nlmsg_len});
    return mailbox.take();
}

std::vector<Recorded> KernelSession::announcements() {
    return socket(netlink::Protocol::generic, observer_port).take();
}

}  // namespace mlosim::conformance
