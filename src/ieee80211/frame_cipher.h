#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "ieee80211/byte_io.h"
#include "ieee80211/mac_address.h"
#include "ieee80211/rsn.h"
#include "sim/result.h"

/// Encryption of MPDUs and integrity of group management frames, 802.11-2020 12.5.
namespace mlosim::ieee80211 {

/// Addresses that a cipher uses instead of the header's: between MLDs, A1, A2 and A3 are counted as the MLD's
/// (802.11be 12.5.3.3.3, 12.5.3.3.4).
struct CipherAddresses {
    MacAddress addr1;
    MacAddress addr2;
    MacAddress addr3;
};

/// One temporal key of CCMP-128/256 or GCMP-128/256 (802.11-2020 12.5.3, 12.5.5). Packet numbers are the caller's.
class FrameCipher {
public:
    /// EOPNOTSUPP: another cipher; EINVAL: the key's length is not the cipher's.
    [[nodiscard]] static Result<FrameCipher> make(Suite cipher, ByteView key);
    FrameCipher(FrameCipher&&) noexcept;
    FrameCipher& operator=(FrameCipher&&) noexcept;
    ~FrameCipher();

    static constexpr std::size_t header_size = 8;
    [[nodiscard]] std::size_t mic_size() const noexcept;

    /// The frame with its body encrypted, the cipher's header before it, the MIC behind it, and Protected Frame set.
    /// `frame` is a whole data or management frame in the clear. With `spp`, the A-MSDU bit counts (SPP A-MSDU).
    [[nodiscard]] Bytes protect(ByteView frame, std::uint64_t packet_number, unsigned key_id,
                                const std::optional<CipherAddresses>& mld = std::nullopt, bool spp = false) const;
    /// The frame in the clear, Protected Frame cleared. EINVAL: too short, or no extended IV; EBADMSG: the MIC is
    /// wrong.
    [[nodiscard]] Result<Bytes> unprotect(ByteView frame, const std::optional<CipherAddresses>& mld = std::nullopt,
                                          bool spp = false) const;

private:
    class Impl;
    explicit FrameCipher(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

/// What a protected frame's cipher header says before anything is decrypted.
struct CipherHeader {
    std::uint64_t packet_number = 0;
    unsigned key_id = 0;

    /// EINVAL: too short, or no extended IV (WEP).
    [[nodiscard]] static Result<CipherHeader> parse(ByteView frame);
};

/// One IGTK or BIGTK of BIP-CMAC-128/256 or BIP-GMAC-128/256 (802.11-2020 12.5.4).
class BipCipher {
public:
    /// EOPNOTSUPP, EINVAL as FrameCipher::make().
    [[nodiscard]] static Result<BipCipher> make(Suite cipher, ByteView key);
    BipCipher(BipCipher&&) noexcept;
    BipCipher& operator=(BipCipher&&) noexcept;
    ~BipCipher();

    /// Octets that protect() adds: the whole Management MIC element.
    [[nodiscard]] std::size_t element_size() const noexcept;
    /// Appends the Management MIC element. The Timestamp of a beacon does not count: set it before or after.
    void protect(Bytes& frame, std::uint64_t packet_number, unsigned key_id) const;
    /// What the element at the frame's end says, if it is right. EINVAL: there is none; EBADMSG: its MIC is wrong.
    [[nodiscard]] Result<CipherHeader> verify(ByteView frame) const;
    /// What the element says, unchecked. EINVAL: none of this cipher's size.
    [[nodiscard]] Result<CipherHeader> read(ByteView frame) const;

private:
    class Impl;
    explicit BipCipher(std::unique_ptr<Impl> impl);
    std::unique_ptr<Impl> impl_;
};

}  // namespace mlosim::ieee80211
