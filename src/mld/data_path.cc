#include "mld/data_path.h"

#include "mld/detail/key_store.h"
#include "mld/detail/rx_path.h"
#include "mld/detail/tx_path.h"
#include "mld/detail/tx_reports.h"
#include "mld/netdev.h"
#include "mld/transmit_settings.h"
#include "mld/wiphy.h"

namespace mlosim::mld {

class DataPath::Impl {
public:
    explicit Impl(Wiphy& wiphy) : keys(wiphy), reports(wiphy), tx(wiphy, reports, settings), rx(wiphy, tx) {}

    detail::KeyStore keys;
    std::map<WdevId, TransmitSettings> settings;
    detail::TxReports reports;
    detail::TxPath tx;
    detail::RxPath rx;
};

DataPath::DataPath(Wiphy& wiphy) : impl_(std::make_unique<Impl>(wiphy)) {}
DataPath::~DataPath() = default;

void DataPath::send_ethernet(Wdev& wdev, ieee80211::ByteView bytes) {
    if (const auto frame = detail::EthernetView::parse(bytes)) {
        impl_->rx.sends(wdev);
        impl_->tx.send_ethernet(wdev, *frame, {});
    } else if (wdev.netdev() != nullptr) {
        ++wdev.netdev()->counters().tx_dropped;
    }
}
void DataPath::set_multicast_to_unicast(const Wdev& wdev, bool on) {
    impl_->tx.set_multicast_to_unicast(wdev, on);
}
Result<std::uint64_t> DataPath::send_control_port(Wdev& wdev, const ControlPortFrame& frame) {
    return impl_->tx.send_control_port(wdev, frame);
}
void DataPath::send_management(Wdev& wdev, Link* link, ieee80211::Bytes frame, const TxOptions& options) {
    impl_->tx.send_management(wdev, link, std::move(frame), options);
}
void DataPath::send_null(Wdev& wdev, Sta& sta, bool power_management, bool qos, const TxOptions& options) {
    impl_->tx.send_null(wdev, sta, power_management, qos, options);
}
Result<std::uint64_t> DataPath::probe_client(Wdev& wdev, const ieee80211::MacAddress& station) {
    return impl_->tx.probe_client(wdev, station);
}
void DataPath::release_held(Wdev& wdev, Link& link, Sta* sta, ieee80211::Bytes frame, const TxOptions& options,
                            bool more_data) {
    impl_->tx.release_held(wdev, link, sta, std::move(frame), options, more_data);
}
void DataPath::give_up_held(Wdev& wdev, ieee80211::ByteView frame, const TxOptions& options) {
    impl_->tx.give_up(wdev, frame, options);
}
void DataPath::transmit_again(Wdev& wdev) {
    impl_->tx.transmit_again(wdev);
}
void DataPath::transmitted(const TxStatus& status) {
    impl_->reports.transmitted(status);
}
// cf. ieee80211_beacon_protect()
void DataPath::protect_beacon(Link& link, ieee80211::Bytes& beacon) {
    if (!link.default_beacon_key) return;
    Key& key = *link.group_keys[*link.default_beacon_key];
    key.bip_cipher()->protect(beacon, key.next_packet_number(), key.index());
}

void DataPath::receive(Wdev& wdev, Link& link, const ieee80211::FrameView& frame, const FrameBytes& bytes,
                       const RxStatus& status) {
    impl_->rx.receive(wdev, link, frame, bytes, status);
}

Result<void> DataPath::add_key(Wdev& wdev, const KeyName& name, const KeyParameters& key) {
    return impl_->keys.add(wdev, name, key);
}
Result<void> DataPath::remove_key(Wdev& wdev, const KeyName& name) {
    return impl_->keys.remove(wdev, name);
}
Result<KeyInfo> DataPath::key(const Wdev& wdev, const KeyName& name) const {
    return impl_->keys.info(wdev, name);
}
Result<void> DataPath::set_default_key(Wdev& wdev, const KeyName& name, KeyPurpose purpose) {
    return impl_->keys.set_default(wdev, name, purpose);
}
void DataPath::forget_keys(Wdev& wdev) {
    for (const auto& link : wdev.links())
        impl_->keys.forget(*link);
    impl_->rx.forget_reports(wdev);
}
void DataPath::forget_link(Link& link) {
    impl_->keys.forget(link);
}
void DataPath::switch_keys(Wdev& wdev, std::uint16_t removed, std::uint16_t added) {
    impl_->keys.switch_links(wdev, removed, added);
}
void DataPath::forget(const Wdev& wdev) {
    impl_->reports.forget(wdev);
    impl_->tx.set_multicast_to_unicast(wdev, false);
    impl_->tx.forget(wdev);
    impl_->rx.forget(wdev);
}

TransmitSettings& DataPath::settings(const Wdev& wdev) {
    return impl_->settings[wdev.id()];
}
void DataPath::type_changed(const Wdev& wdev) {
    const auto found = impl_->settings.find(wdev.id());
    if (found != impl_->settings.end()) found->second.no_acknowledgement.reset();
}
void DataPath::forget_settings(const Wdev& wdev) {
    impl_->settings.erase(wdev.id());
}

}  // namespace mlosim::mld
