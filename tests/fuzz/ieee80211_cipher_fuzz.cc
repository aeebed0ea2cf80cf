// Any bytes as a protected frame, and, where they are a frame in the clear, protected and back again. The first octet
// chooses the cipher.

#include <algorithm>
#include <array>

#include "ieee80211/frame_cipher.h"
#include "ieee80211/frame_header.h"
#include "sim/invariant.h"

using namespace mlosim::ieee80211;

namespace {
constexpr std::array<std::uint8_t, 32> key{1, 2, 3, 5, 8, 13, 21, 34};

void check_cipher(const FrameCipher& cipher, ByteView bytes) {
    const auto header = CipherHeader::parse(bytes);
    const auto plain = cipher.unprotect(bytes);
    if (plain) {
        MLOSIM_INVARIANT(header.has_value(), "what can be decrypted has a cipher header");
        MLOSIM_INVARIANT(plain->size() + FrameCipher::header_size + cipher.mic_size() == bytes.size(),
                         "header and MIC are taken away");
    }
    const auto frame = FrameView::parse(bytes);
    if (!frame || frame->frame_control().type() == FrameType::control) return;
    const Bytes secured = cipher.protect(bytes, bytes.size(), bytes.back() & 3U);
    const auto again = cipher.unprotect(secured);
    MLOSIM_INVARIANT(again && again->size() == bytes.size(), "what was protected can be read");
    MLOSIM_INVARIANT(std::ranges::equal(ByteView{*again}.subspan(2), bytes.subspan(2)), "as it was");
}

void check_mic(const BipCipher& mic, ByteView bytes) {
    MLOSIM_INVARIANT(mic.verify(bytes).has_value() <= mic.read(bytes).has_value(), "a right element is one");
    const auto frame = FrameView::parse(bytes);
    if (!frame || frame->frame_control().type() != FrameType::management) return;
    Bytes secured{bytes.begin(), bytes.end()};
    mic.protect(secured, bytes.size(), 4 + (bytes.back() & 3U));
    const auto header = mic.verify(secured);
    MLOSIM_INVARIANT(header && header->packet_number == bytes.size(), "what was secured is right");
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static const std::array<FrameCipher, 4> ciphers{
        *FrameCipher::make(cipher::ccmp128, ByteView{key}.first(16)), *FrameCipher::make(cipher::ccmp256, key),
        *FrameCipher::make(cipher::gcmp128, ByteView{key}.first(16)), *FrameCipher::make(cipher::gcmp256, key)};
    static const std::array<BipCipher, 4> mics{
        *BipCipher::make(cipher::bip_cmac128, ByteView{key}.first(16)), *BipCipher::make(cipher::bip_cmac256, key),
        *BipCipher::make(cipher::bip_gmac128, ByteView{key}.first(16)), *BipCipher::make(cipher::bip_gmac256, key)};
    if (size == 0) return 0;
    const ByteView bytes{data + 1, size - 1};
    check_cipher(ciphers[data[0] % ciphers.size()], bytes);
    check_mic(mics[data[0] % mics.size()], bytes);
    return 0;
}
