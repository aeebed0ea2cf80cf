#include "mld/off_channel.h"

#include "mld/wiphy.h"

namespace mlosim::mld {

class OffChannel::Impl {
public:
    explicit Impl(Wiphy& owner) : wiphy(owner) {}
    Wiphy& wiphy;
};

OffChannel::OffChannel(Wiphy& wiphy) : impl_(std::make_unique<Impl>(wiphy)) {}
OffChannel::~OffChannel() = default;

Result<std::uint64_t> OffChannel::remain(Wdev&, std::optional<ieee80211::LinkId>, const phy::Channel&,
                                         std::chrono::milliseconds, OwnerId) {
    return fail(EOPNOTSUPP);
}
Result<void> OffChannel::cancel(Wdev&, std::uint64_t) {
    return fail(ENOENT);
}
Result<std::uint64_t> OffChannel::send(Wdev& wdev, ManagementTx request) {
    if (auto sent = impl_->wiphy.send_frame(wdev, request.link, std::move(request.frame)); !sent)
        return fail(sent.error());
    return impl_->wiphy.next_cookie();
}
Result<void> OffChannel::cancel_wait(Wdev&, std::uint64_t) {
    return fail(ENOENT);
}
void OffChannel::purge(const Wdev&) {}
std::optional<phy::Channel> OffChannel::listening(const Wdev&) const {
    return std::nullopt;
}
bool OffChannel::idle() const noexcept {
    return true;
}

}  // namespace mlosim::mld
