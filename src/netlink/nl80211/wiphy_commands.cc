#include "netlink/nl80211/dumps.h"
#include "netlink/nl80211/handlers.h"
#include "netlink/nl80211/wiphy_message.h"

namespace mlosim::netlink::nl80211 {

namespace {

/// What an skb holds that was made for 4096 bytes: the allocator's next size, less the skb's own end.
constexpr std::size_t wiphy_message_size = 8192 - 320;

/// One wiphy a piece, newest first; split, as many of its parts as fit. cf. nl80211_dump_wiphy()
class WiphysDump final : public Dump {
public:
    WiphysDump(const Context& context, WiphyFilter filter) : context_(context), filter_(filter) {
        position_.split = filter.split;
    }

    /// Whole descriptions of large radios do not fit an ordinary message; the kernel finds out and tries again larger.
    [[nodiscard]] std::size_t min_size() const override { return filter_.split ? 0 : wiphy_message_size; }

    Result<Progress> fill(DumpBuffer& out) override {
        const mld::Wiphy* wiphy = next();
        if (wiphy == nullptr) return Progress::done;
        do {
            const WiphyPosition before = position_;
            put_wiphy(out.begin(NL80211_CMD_NEW_WIPHY), context_, *wiphy, position_);
            if (!out.commit()) {
                position_ = before;
                return Progress::more;
            }
        } while (!position_.finished());
        last_told_ = wiphy->index();
        return Progress::more;
    }

private:
    const mld::Wiphy* next() {
        const auto& wiphys = context_.world().wiphys();
        auto it = last_told_ ? wiphys.upper_bound(*last_told_) : wiphys.begin();
        while (it != wiphys.end() && !filter_.lets_pass(*it->second))
            ++it;
        if (it == wiphys.end()) return nullptr;
        // The wiphy that a description was begun of may be gone.
        if (describing_ != it->first) {
            describing_ = it->first;
            const std::size_t extended = position_.extended;
            position_ = {};
            position_.split = filter_.split;
            position_.extended = extended;
        }
        return it->second.get();
    }

    const Context& context_;
    WiphyFilter filter_;
    WiphyPosition position_;
    std::optional<mld::WiphyIndex> describing_;
    std::optional<mld::WiphyIndex> last_told_;
};

}  // namespace

// cf. nl80211_get_protocol_features()
Result<void> get_protocol_features(Context&, const Request&, Reply& reply) {
    MessageBuilder message = reply.message(NL80211_CMD_GET_PROTOCOL_FEATURES);
    message.put_u32(NL80211_ATTR_PROTOCOL_FEATURES, NL80211_PROTOCOL_FEATURE_SPLIT_WIPHY_DUMP);
    return reply.send(message);
}

// cf. nl80211_get_wiphy()
Result<void> get_wiphy(Context& context, const Request&, Reply& reply) {
    MessageBuilder message = reply.message(NL80211_CMD_NEW_WIPHY, wiphy_message_size);
    WiphyPosition position;
    put_wiphy(message, context, context.wiphy(), position);
    return reply.send(message);
}

Result<std::unique_ptr<Dump>> dump_wiphys(Context& context, const Request& request, Reply&) {
    auto filter = wiphy_filter(context, request);
    if (!filter) return failing_dump(std::move(filter.error()));
    return std::make_unique<WiphysDump>(context, *filter);
}

}  // namespace mlosim::netlink::nl80211
