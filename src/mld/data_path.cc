#include "mld/data_path.h"

#include "mld/wiphy.h"

namespace mlosim::mld {

class DataPath::Impl {
public:
    explicit Impl(Wiphy& owner) : wiphy(owner) {}
    Wiphy& wiphy;
};

DataPath::DataPath(Wiphy& wiphy) : impl_(std::make_unique<Impl>(wiphy)) {}
DataPath::~DataPath() = default;

void DataPath::send_ethernet(Wdev&, ieee80211::ByteView) {}
Result<std::uint64_t> DataPath::send_control_port(Wdev&, const ControlPortFrame&) {
    return fail(EOPNOTSUPP);
}
void DataPath::send_management(Wdev&, Link*, ieee80211::Bytes, const TxOptions&) {}
void DataPath::send_null(Wdev&, Sta&, bool, bool, const TxOptions&) {}
Result<std::uint64_t> DataPath::probe_client(Wdev&, const ieee80211::MacAddress&) {
    return fail(EOPNOTSUPP);
}
void DataPath::release_held(Wdev&, Link&, Sta*, ieee80211::Bytes, const TxOptions&, bool) {}
void DataPath::transmitted(const TxStatus&) {}
void DataPath::protect_beacon(Link&, ieee80211::Bytes&) {}
void DataPath::receive(Wdev&, Link&, const ieee80211::FrameView&, const FrameBytes&, const RxStatus&) {}
Result<void> DataPath::add_key(Wdev&, const KeyName&, const KeyParameters&) {
    return fail(EOPNOTSUPP);
}
Result<void> DataPath::remove_key(Wdev&, const KeyName&) {
    return fail(ENOENT);
}
Result<KeyInfo> DataPath::key(const Wdev&, const KeyName&) const {
    return fail(ENOENT);
}
Result<void> DataPath::set_default_key(Wdev&, const KeyName&, KeyPurpose) {
    return fail(EOPNOTSUPP);
}
void DataPath::forget_keys(Wdev&) {}
void DataPath::forget_link(const Link&) {}
void DataPath::forget(const Wdev&) {}

}  // namespace mlosim::mld
