#pragma once

#include <optional>

#include "ieee80211/element.h"
#include "ieee80211/inline_bytes.h"

namespace mlosim::ieee80211 {

/// Non-Inheritance element, 802.11-2020 9.4.2.240: the elements of the frame around it that a profile does not take
/// over.
class NonInheritance {
public:
    static constexpr ElementType type = element::non_inheritance;

    NonInheritance() = default;
    /// Element IDs, and Element ID Extensions. EINVAL for more than an element holds.
    [[nodiscard]] static Result<NonInheritance> from(ByteView ids, ByteView extensions);
    [[nodiscard]] static Result<NonInheritance> parse(ByteView body);

    [[nodiscard]] ByteView ids() const noexcept { return ids_.view(); }
    [[nodiscard]] ByteView extensions() const noexcept { return extensions_.view(); }
    [[nodiscard]] bool lists(ElementType type) const noexcept;

    void append_to(ByteWriter& out) const;
    friend bool operator==(const NonInheritance&, const NonInheritance&) = default;

private:
    static constexpr std::size_t max_listed = 252;
    InlineBytes<max_listed> ids_;
    InlineBytes<max_listed> extensions_;
};

/// The elements that a BSS or STA would send in a frame of its own, from those of the frame that carries its profile
/// and those of the profile (802.11-2020 11.1.3.8.4, 802.11be 35.3.3.5): every element of `frame` that the profile
/// neither repeats nor excludes, the profile's in the place of those that it repeats, then the ones that it adds.
/// Multiple BSSID and Multi-Link elements are never taken over, but for the Basic Multi-Link element of the AP MLD that
/// `bssid_index` names. cf. cfg80211_gen_new_ie()
[[nodiscard]] Bytes inherit(const ElementList& frame, const ElementList& profile,
                            std::optional<std::uint8_t> bssid_index = std::nullopt);

}  // namespace mlosim::ieee80211
