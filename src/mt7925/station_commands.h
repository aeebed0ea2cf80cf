#pragma once

#include "mt7925/command_outcome.h"
#include "mt7925/firmware_config.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// STA_REC: the WCID table. A message is checked as a whole before it changes anything.
class StationCommands {
public:
    /// Both must outlive it.
    StationCommands(FirmwareTables& tables, const FirmwareConfig& config) : tables_(tables), config_(config) {}

    CommandOutcome station(ByteView payload);

private:
    struct Update;
    CommandOutcome apply(Update& update, const Tlv& tlv);
    CommandOutcome apply_basic(Update& update, const Tlv& tlv);
    CommandOutcome apply_remove(Update& update, const Tlv& tlv);
    CommandOutcome apply_mld_off(Update& update, const Tlv& tlv);
    CommandOutcome apply_mld(Update& update, const Tlv& tlv);
    CommandOutcome apply_block_ack(Update& update, const Tlv& tlv);
    CommandOutcome apply_key(Update& update, const Tlv& tlv);

    FirmwareTables& tables_;
    const FirmwareConfig& config_;
};

}  // namespace mlosim::mt7925
