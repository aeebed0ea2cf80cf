#include "mld/world.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "mld/bridge.h"
#include "mld/veth.h"
#include "sim/invariant.h"

namespace mlosim::mld {

namespace {

constexpr unsigned max_numbered_names = 8 * 4096;  // one page of bits, cf. __dev_alloc_name()
constexpr std::size_t max_remembered_patterns = 64;
constexpr std::size_t max_wiphy_name = 64;  // NL80211_WIPHY_NAME_MAXLEN

}  // namespace

World::World(sim::EventQueue& events, const sim::Random& random, sim::Trace& trace, phy::RegulatoryDatabase regulatory)
    : queue_(events), random_(random), trace_(trace) {
    regulatory_ = std::make_unique<RegulatoryCore>(*this, std::move(regulatory));
    bridges_ = std::make_unique<Bridges>(*this);
    veth_pairs_ = std::make_unique<VethPairs>(*this);
    NetdevSetup loopback;
    loopback.name = "lo";
    loopback.type = LinkType::loopback;
    loopback.flags = {NetdevFlag::loopback, NetdevFlag::up};
    loopback.mtu = 65536;
    loopback.min_mtu = 0;
    loopback.max_mtu = 0;
    add_netdev(std::move(loopback), nullptr);
}

World::~World() {
    observers_.clear();
    while (!radios_.empty())
        remove_radio(radios_.begin()->first);
}

void World::subscribe(Events& observer) {
    observers_.push_back(&observer);
}

void World::unsubscribe(Events& observer) {
    // The list keeps its length: an observer may leave while it is being told something.
    std::replace(observers_.begin(), observers_.end(), &observer, static_cast<Events*>(nullptr));
}

void World::set_driver_factory(std::string kind, DriverFactory factory) {
    driver_factories_.insert_or_assign(std::move(kind), std::move(factory));
}

// Wiphys

Wiphy* World::find_wiphy(WiphyIndex index) const {
    const auto found = wiphys_.find(index);
    return found == wiphys_.end() ? nullptr : found->second.get();
}

Wiphy* World::find_wiphy(std::string_view name) const {
    const auto found = wiphy_names_.find(name);
    return found == wiphy_names_.end() ? nullptr : found->second;
}

Wdev* World::find_wdev(WdevId id) const {
    Wiphy* wiphy = find_wiphy(id.wiphy());
    return wiphy == nullptr ? nullptr : wiphy->find(id.local());
}

// cf. cfg80211_dev_check_name()
Result<void> World::check_wiphy_name(WiphyIndex index, std::string_view name) const {
    if (name.size() > max_wiphy_name) return fail(EINVAL);
    if (name.starts_with("phy")) {
        // The default name of another wiphy may not be had: phyN with N written as a number is, not with leading zeros.
        const std::string_view digits = name.substr(3);
        std::uint32_t number = 0;
        const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
        const bool is_number = error == std::errc{} && end == digits.data() + digits.size() && !digits.empty();
        if (is_number && digits == std::to_string(number) && number != index.value) return fail(EINVAL);
    }
    if (find_wiphy(name) != nullptr) return fail(EINVAL);
    return {};
}

// cf. wiphy_new_nm(): a name that may not be had is silently replaced by the default one
std::string World::free_wiphy_name(WiphyIndex index, const std::optional<std::string>& wanted) const {
    if (wanted && check_wiphy_name(index, *wanted)) return *wanted;
    std::string name = "phy" + std::to_string(index.value);
    MLOSIM_INVARIANT(find_wiphy(name) == nullptr, "nobody else may be called by a wiphy's default name");
    return name;
}

void World::wiphy_renamed(Wiphy& wiphy, const std::string& old_name) {
    wiphy_names_.erase(old_name);
    wiphy_names_.emplace(wiphy.name(), &wiphy);
    trace_.record(now(), "mld/wiphy-renamed", {{"wiphy", wiphy.index().value}, {"name", wiphy.name()}});
    tell([&](Events& e) { e.wiphy_changed(wiphy); });
}

// Network devices

Netdev* World::find_netdev(IfIndex index) const {
    const auto found = netdevs_.find(index);
    return found == netdevs_.end() ? nullptr : found->second.get();
}

Netdev* World::find_netdev(std::string_view name) const {
    const auto found = netdev_names_.find(name);
    return found == netdev_names_.end() ? nullptr : found->second;
}

Result<std::string> World::netdev_name_for(std::string_view pattern, int taken) const {
    if (!valid_netdev_name(pattern)) return fail(EINVAL);
    const auto percent = pattern.find('%');
    if (percent == std::string_view::npos) {
        if (find_netdev(pattern) != nullptr) return fail(taken);
        return std::string(pattern);
    }
    if (pattern.substr(percent, 2) != "%d" || pattern.find('%', percent + 1) != std::string_view::npos)
        return fail(EINVAL);
    if (taken_below_.size() > max_remembered_patterns) taken_below_.clear();
    unsigned& first = taken_below_.try_emplace(std::string(pattern), 0U).first->second;
    std::string name;
    for (unsigned i = first; i < max_numbered_names; ++i) {
        name.assign(pattern.substr(0, percent)).append(std::to_string(i)).append(pattern.substr(percent + 2));
        if (name.size() >= max_netdev_name) return fail(ENFILE);
        if (find_netdev(name) == nullptr) {
            first = i;
            return name;
        }
    }
    return fail(ENFILE);
}

void World::set_next_ifindex(IfIndex next) {
    MLOSIM_INVARIANT(next.value >= next_ifindex_, "numbers of devices only grow");
    next_ifindex_ = next.value;
}

void World::set_next_radio(RadioIndex next) {
    MLOSIM_INVARIANT(radios_.empty() || radios_.rbegin()->first < next, "no two radios have one number");
    next_radio_ = next.value;
}

Netdev& World::add_netdev(NetdevSetup setup, Wdev* wdev) {
    MLOSIM_INVARIANT(find_netdev(setup.name) == nullptr, "the name was found free before");
    const IfIndex index{next_ifindex_++};
    auto& netdev =
        *netdevs_.emplace(index, std::make_unique<Netdev>(*this, index, std::move(setup), wdev)).first->second;
    netdev_names_.emplace(netdev.name(), &netdev);
    trace_.record(now(), "mld/netdev-added",
                  {{"ifindex", index.value}, {"name", netdev.name()}, {"address", netdev.address().to_string()}});
    tell([&](Events& e) { e.netdev_added(netdev); });
    return netdev;
}

ieee80211::MacAddress World::random_address(const std::string& stream) const {
    sim::RandomStream random = random_.stream(stream);
    std::array<std::uint8_t, ieee80211::MacAddress::size> octets;
    for (std::uint8_t& octet : octets)
        octet = static_cast<std::uint8_t>(random.below(256));
    octets[0] = static_cast<std::uint8_t>((octets[0] & 0xfeU) | 0x02U);
    return ieee80211::MacAddress{octets};
}

void World::remove_netdev(Netdev& netdev) {
    if (&netdev == hwsim_monitor_) hwsim_monitor_ = nullptr;
    if (Bridge* master = bridges_->master_of(netdev)) (void)master->remove_port(netdev);
    trace_.record(now(), "mld/netdev-removed", {{"ifindex", netdev.index().value}, {"name", netdev.name()}});
    netdev_names_.erase(netdev.name());
    taken_below_.clear();
    auto gone = netdevs_.extract(netdev.index());
    tell([&](Events& e) { e.netdev_removed(*gone.mapped()); });
}

void World::netdev_renamed(Netdev& netdev, const std::string& old_name) {
    netdev_names_.erase(old_name);
    taken_below_.clear();
    netdev_names_.emplace(netdev.name(), &netdev);
    trace_.record(now(), "mld/netdev-renamed",
                  {{"ifindex", netdev.index().value}, {"name", netdev.name()}, {"before", old_name}});
}

// cf. hwsim_mon_setup()
Netdev& World::add_hwsim_monitor() {
    NetdevSetup setup;
    setup.name = netdev_name_for("hwsim%d", EEXIST).value_or("hwsim0");
    setup.type = LinkType::radiotap;
    setup.address = ieee80211::MacAddress{{0x12, 0, 0, 0, 0, 0}};
    setup.permanent_address = setup.address;
    setup.max_mtu = 1500;
    hwsim_monitor_ = &add_netdev(std::move(setup), nullptr);
    return *hwsim_monitor_;
}

void World::release(OwnerId owner) {
    if (!owner) return;
    for (auto& [index, wiphy] : wiphys_)
        wiphy->release(owner);
    std::vector<RadioIndex> orphans;  // cf. remove_user_radios()
    for (const auto& [index, radio] : radios_)
        if (radio.spec.destroy_on_close && radio.spec.owner == owner) orphans.push_back(index);
    for (RadioIndex index : orphans)
        remove_radio(index);
}

}  // namespace mlosim::mld
