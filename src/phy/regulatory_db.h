#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ieee80211/byte_io.h"
#include "phy/regulatory.h"
#include "sim/result.h"

namespace mlosim::phy {

/// Where domains come from: a `regulatory.db` of wireless-regdb (binary format, version 20), or the embedded subset.
class RegulatoryDatabase {
public:
    /// The five domains that are compiled in.
    [[nodiscard]] static RegulatoryDatabase embedded();
    /// Checks the whole file, as the kernel does before it uses any of it: EINVAL with the reason otherwise. The
    /// signature is not checked: no real transmitter depends on it. cf. valid_regdb(), regdb_query_country().
    [[nodiscard]] static Result<RegulatoryDatabase> parse(ieee80211::ByteView file);
    /// Reads and parses a file: errno of the operating system where it cannot be read.
    [[nodiscard]] static Result<RegulatoryDatabase> load(const std::string& path);

    /// The rules of a country; nothing if the database has none for it.
    [[nodiscard]] const RegulatoryDomain* find(Alpha2 alpha2) const;
    /// In the database's order (by alpha2).
    [[nodiscard]] const std::vector<RegulatoryDomain>& domains() const noexcept { return domains_; }

    /// A file that `parse` reads back to the same domains; equal rules are written once. EFBIG where the format's
    /// 16-bit pointers do not reach. max_gain, psd and flags that the format has no place for are lost.
    [[nodiscard]] Result<ieee80211::Bytes> serialize() const;

    explicit RegulatoryDatabase(std::vector<RegulatoryDomain> domains) : domains_(std::move(domains)) {}

private:
    std::vector<RegulatoryDomain> domains_;
};

}  // namespace mlosim::phy
