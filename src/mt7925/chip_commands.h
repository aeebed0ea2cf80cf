#pragma once

#include "mt7925/command_outcome.h"
#include "mt7925/firmware_config.h"
#include "mt7925/radio.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// Commands that concern the chip as a whole: capabilities, regulatory tables, filters, sensors, registers.
class ChipCommands {
public:
    ChipCommands(FirmwareTables& tables, const FirmwareConfig& config, Radio& radio)
        : tables_(tables), config_(config), radio_(radio) {}

    CommandOutcome chip_config(ByteView payload);
    CommandOutcome efuse(ByteView payload, bool query);
    CommandOutcome wsys(ByteView payload);
    CommandOutcome registers(ByteView payload, bool query);
    CommandOutcome band_config(ByteView payload);
    CommandOutcome domain(ByteView payload);
    CommandOutcome power_limit(ByteView payload);
    CommandOutcome sniffer(ByteView payload);
    CommandOutcome thermal(ByteView payload, bool query);
    CommandOutcome hif_control(ByteView payload);
    CommandOutcome radio_status();
    /// Commands whose records are checked and have no effect on any table: TXPOWER, SET_DBDC.
    CommandOutcome accept(Cid cid, ByteView payload);

private:
    [[nodiscard]] Bytes capabilities() const;
    CommandOutcome text(const ChipConfigText& text);
    bool take_limits(const PowerLimits& limits);

    FirmwareTables& tables_;
    const FirmwareConfig& config_;
    Radio& radio_;
};

}  // namespace mlosim::mt7925
