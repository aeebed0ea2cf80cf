#pragma once

#include "mt7925/command_outcome.h"
#include "mt7925/radio.h"
#include "mt7925/tables.h"

namespace mlosim::mt7925 {

/// DEV_INFO, BSS_INFO, EDCA, OFFLOAD, SUSPEND, RSSI_MONITOR: what the host says of its own interfaces. Each checks the
/// whole message before it changes anything.
class InterfaceCommands {
public:
    InterfaceCommands(FirmwareTables& tables, Radio& radio) : tables_(tables), radio_(radio) {}

    CommandOutcome device(ByteView payload);
    CommandOutcome bss(ByteView payload);
    CommandOutcome edca(ByteView payload);
    CommandOutcome offload(ByteView payload);
    CommandOutcome suspend(ByteView payload);
    CommandOutcome rssi_monitor(ByteView payload);

private:
    CommandOutcome activate(std::uint8_t idx, const Bss& next);
    void deactivate(std::uint8_t idx);

    FirmwareTables& tables_;
    Radio& radio_;
};

}  // namespace mlosim::mt7925
