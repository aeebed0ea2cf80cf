// Replays what the real Linux driver sent to an MT7925 (tests/data/mt7925, recorded) to the firmware half, at the
// recorded times, and compares: every answer byte by byte with the recorded one, the firmware's tables after every
// command with what the command said, and the whole tables at the milestones of a connection. Its frames (folder
// frames) are played between the commands.

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "mt7925/catalogue.h"
#include "mt7925/firmware.h"
#include "mt7925/table_check.h"
#include "mt7925_bytes.h"
#include "mt7925_frames.h"

namespace mlosim::mt7925 {
namespace {

using conformance::from_hex;

struct Recorded {
    enum class Kind : std::uint8_t { command, scatter, event, frame };
    sim::Time at;
    Kind kind = Kind::command;
    Bytes packet;
    RecordedFrame frame{};
};

/// Recordings of one boot, one after the other; what lies between them was not kept. `faults` are what the recording's
/// own chip was told to do.
struct Step {
    std::string file;
    std::vector<FaultRule> faults;
};
struct Run {
    std::string name;
    std::vector<Step> steps;
    bool emlsr = false;
};

FaultRule no_mlo_grant(std::uint8_t roc_type) {
    FaultRule rule;
    rule.effect = FaultEffect::no_grant;
    rule.match.roc_type = roc_type;
    return rule;
}

FaultRule fifth_station_record_refused() {
    FaultRule rule;
    rule.effect = FaultEffect::status;
    rule.match.cid = static_cast<std::uint16_t>(Cid::sta_rec);
    rule.value = status::not_there;
    rule.skip = 4;
    rule.times = 1;
    return rule;
}

FaultRule stall() {
    FaultRule rule;
    rule.effect = FaultEffect::stall_ring15;
    rule.times = 1;
    return rule;
}

FaultRule long_mlo_grant(std::uint8_t roc_type) {
    FaultRule rule;
    rule.effect = FaultEffect::grant_interval;
    rule.match.roc_type = roc_type;
    rule.value = 300;
    return rule;
}

std::vector<Run> all_runs() {
    return {
        {"world domain",
         {{"probe", {}}, {"ifup", {}}, {"scan", {}}, {"assoc", {}}, {"disc", {}}, {"ifdown", {}}},
         false},
        {"US domain", {{"probe", {}}, {"us_ready", {}}, {"us_ifup", {}}, {"us_scan", {}}}, false},
        {"MLO",
         {{"probe", {}},
          {"us_ifup", {}},
          {"mlo52", {}},
          {"mlo52_data", {}},
          {"mlo52_idle", {}},
          {"mlo52_deauth", {}},
          {"mlo56", {}},
          {"mlo56_deauth", {}}},
         false},
        {"WPA2", {{"probe", {}}, {"us_ifup", {}}, {"wpa", {}}, {"wpa_disc", {}}}, false},
        {"OWE MLO", {{"probe", {}}, {"us_ifup", {}}, {"owe_mlo", {}}, {"owe_disc", {}}}, false},
        {"power, modes, reset",
         {{"probe", {}},
          {"us_ifup", {}},
          {"assoc_pm", {}},
          {"cqm", {}},
          {"powersave_off", {}},
          {"powersave_on", {}},
          {"beaconloss", {}},
          {"roc", {}},
          {"schedscan", {}},
          {"settings", {}},
          {"monitor", {}},
          {"monitor_off", {}},
          {"ap", {}},
          {"ap_down", {}},
          {"chip_reset2", {}},
          {"hwmon", {}},
          {"txsku", {}},
          {"down", {}}},
         false},
        {"EMLSR", {{"probe", {}}, {"us_ifup", {}}, {"eml_mlo52", {}}}, true},
        {"faults",
         {{"probe", {}},
          {"us_ifup", {}},
          {"f_ap_deauth", {}},
          {"f_b13", {long_mlo_grant(10), long_mlo_grant(11)}},
          {"f_wfdma", {}},
          {"f_sta2", {fifth_station_record_refused()}},
          {"f_after1", {}},
          {"f_b9_1", {no_mlo_grant(10)}},
          {"f_b9_2", {no_mlo_grant(10)}},
          {"f_after2", {}},
          {"f_down_up", {}},
          {"f_b10", {stall()}},
          {"f_after3", {}},
          {"f_coredump", {}}},
         false},
        {"suspend", {{"probe", {}}, {"us_ifup", {}}, {"s_assoc", {}}, {"s_suspend", {}}}, false},
        {"unbind and bind", {{"probe", {}}, {"us_ifup", {}}, {"rmmod", {}}, {"rebind", {}}}, false},
    };
}

bool load(const std::string& path, std::vector<Recorded>& out) {
    std::ifstream file(path);
    if (!file) return false;
    std::string line;
    while (std::getline(file, line)) {
        const auto json = nlohmann::json::parse(line);
        const std::string dir = json["dir"];
        const auto kind =
            dir == "event" ? Recorded::Kind::event : (dir == "cmd" ? Recorded::Kind::command : Recorded::Kind::scatter);
        out.push_back(
            {sim::Time(std::chrono::microseconds(json["t_us"].get<std::int64_t>())), kind, from_hex(json["hex"])});
    }
    return true;
}

/// Commands and frames of one recording, in the order in which they came. Some have only frames.
bool load_both(const std::string& folder, const std::string& name, std::vector<Recorded>& out) {
    const bool commands = load(folder + "/" + name + ".jsonl", out);
    std::vector<RecordedFrame> frames;
    if (!load_frames(folder + "/frames/" + name + ".jsonl", frames)) return commands;
    for (RecordedFrame& frame : frames) {
        const auto before = std::ranges::find_if(out, [&](const Recorded& line) { return line.at > frame.at; });
        out.insert(before, {frame.at, Recorded::Kind::frame, {}, std::move(frame)});
    }
    return true;
}

struct Totals {
    unsigned files = 0;
    unsigned commands = 0;
    unsigned reencoded = 0;
    unsigned unanswered_alike = 0;
    unsigned answers_alike = 0;
    unsigned events_alike = 0;
    unsigned table_checks = 0;
    unsigned milestones = 0;
    unsigned commands_without_primary = 0;  ///< the real driver removes an MLD's first link first
    FrameReplay::Totals frames;
    std::map<std::string, unsigned> differences;  ///< by reason
    std::vector<std::string> failures;
};

/// Why an answer may differ from the recording's: those of the recording came from a throw-away chip.
struct AcceptedDifference {
    std::string_view file;  ///< empty: anywhere
    Cid cid;
    std::string_view reason;
};
constexpr AcceptedDifference accepted_answers[] = {
    {"probe", Cid::chip_config, "NIC_CAPA: this boot was recorded without EMLSR"},
    {"", Cid::reg_access, "REG_ACCESS query: answered with the register, the recording's chip only acknowledged"},
    {"ap_down", Cid::bss_info, "BSS deactivated twice: 0xc0000001 by the validation rules (the driver ignores it)"},
    {"monitor_off", Cid::bss_info, "BSS deactivated twice: 0xc0000001 by the validation rules (the driver ignores it)"},
};

class Replay {
public:
    Replay(const Run& run, bool refuse_keys, Totals& totals)
        : run_(run),
          refuse_keys_(refuse_keys),
          totals_(totals),
          clock_(queue_),
          radio_(queue_),
          firmware_(config(run, refuse_keys), clock_, radio_, faults_,
                    [this](Bytes event) {
                        sent_.push_back({queue_.now(), Recorded::Kind::event, std::move(event)});
                    }),
          frames_(firmware_, radio_, totals.frames, [this](const std::string& what) { frame_failure(what); }) {}

    void play(const std::string& folder) {
        for (const Step& step : run_.steps) {
            std::vector<Recorded> lines;
            if (!load_both(folder, step.file, lines)) {
                totals_.failures.push_back("cannot read " + step.file);
                return;
            }
            ++totals_.files;
            // The recordings of a run follow each other; the first two may be another boot's.
            offset_ = queue_.now() + std::chrono::seconds(1) - lines.front().at;
            file_ = step.file;
            faults_.clear();
            for (const FaultRule& rule : step.faults)
                faults_.add(rule);
            play_file(lines);
            milestone_at_end();
        }
    }

private:
    static FirmwareConfig config(const Run& run, bool refuse_keys) {
        FirmwareConfig config;
        // As the recording's chip was: boots at once, dwells 20 ms anywhere, has no ear for beacons.
        config.mac.address = MacAddress{std::array<std::uint8_t, 6>{0x02, 0x79, 0x25, 0x00, 0xaa, 0x01}};
        config.timing.boot = std::chrono::microseconds(500);
        config.timing.passive_dwell = std::chrono::milliseconds(20);
        config.timing.scan_home = {};
        config.beacon_loss_limit = 0;
        config.refuse_keys = refuse_keys;
        config.chip_crypto = true;
        if (run.emlsr) {
            config.chip.bits |= CapabilityChip::mlo_eml;
            config.eml.eml_cap = 1;
        }
        return config;
    }

    void play_file(const std::vector<Recorded>& lines) {
        for (std::size_t i = 0; i < lines.size(); ++i) {
            const Recorded& line = lines[i];
            queue_.run_until(line.at + offset_);
            switch (line.kind) {
                case Recorded::Kind::scatter:
                    firmware_.receive_scatter(line.packet);
                    break;
                case Recorded::Kind::event:
                    play_event(line);
                    break;
                case Recorded::Kind::frame:
                    frame_at_ = line.at;
                    frames_.play(line.frame);
                    break;
                case Recorded::Kind::command:
                    play_command(lines, i);
                    break;
            }
        }
        queue_.run_until(queue_.now() + std::chrono::milliseconds(100));
        if (firmware_.dead()) frames_.reset();
        frames_.end();
    }

    /// What nobody asked the recording's chip for was made from outside: make it here.
    void play_event(const Recorded& line) {
        const EventView event = parse_event(line.packet).value();
        if (event.is(Eid::coredump)) firmware_.crash();
        if (event.is(Eid::beacon_loss) && event.is_unsolicited()) firmware_.lose_beacons(event.payload[0]);
        if (!event.is_unsolicited()) return;
        const auto same = std::ranges::find(sent_, line.packet, &Recorded::packet);
        if (same != sent_.end()) {
            sent_.erase(same);
            ++totals_.events_alike;
        } else if (event.is(Eid::scan_done) && (file_ == "schedscan" || file_ == "settings")) {
            ++totals_.differences["SCAN_DONE for a scheduled scan's start or stop: wrong in the recording"];
        } else {
            // Its time may lie a little ahead: the recording's chip took its time by another clock.
            queue_.run_until(queue_.now() + std::chrono::milliseconds(3));
            const auto late = std::ranges::find(sent_, line.packet, &Recorded::packet);
            if (late != sent_.end()) {
                sent_.erase(late);
                ++totals_.events_alike;
            } else {
                failure(line, "no such event was sent");
            }
        }
    }

    void play_command(const std::vector<Recorded>& lines, std::size_t index) {
        const Recorded& line = lines[index];
        const CommandView command = parse_command(line.packet).value();
        ++totals_.commands;
        reencode(line, command);
        if (command.is(RomCid::nic_power_ctrl) && firmware_.running()) {
            // The driver resets the Wi-Fi subsystem before; that is a register, not a message.
            firmware_.reset();
            frames_.reset();
            queue_.run_until(queue_.now() + std::chrono::milliseconds(20));
            offset_ = queue_.now() - line.at;
        }
        // Not waited commands come faster than they are worked on: let none pile up.
        queue_.run_until(queue_.now());
        std::erase_if(sent_, [](const Recorded& sent) { return (sent.packet[38] & option::unsolicited) == 0; });
        const bool bss_was_active = command.is(Cid::bss_info) && command.payload[0] < bss_count &&
                                    firmware_.tables().bss[command.payload[0]].active;
        firmware_.receive_command(line.packet);
        const Recorded* recorded = recorded_answer(lines, index, command.seq);
        if (recorded != nullptr || wants_tables(command)) {
            // Until the answer: the next line is later than that, or belongs to another command.
            queue_.run_until(queue_.now() + std::chrono::microseconds(command.uni ? 3100 : 60));
            offset_ = std::max(offset_, queue_.now() - next_command_time(lines, index));
        }
        compare_answer(line, command, recorded);
        if (firmware_.running() && recorded != nullptr) check_tables(line, command, bss_was_active);
        check_rules(line);
        // The driver asks for RSSI without thresholds once a link has joined.
        if (command.is(Cid::rssi_monitor) && command.payload[8] == 1 && command.payload[9] == 0) milestone_joined();
    }

    static bool wants_tables(const CommandView& command) {
        return command.is(Cid::chip_config) || command.is(Cid::rssi_monitor);
    }

    static sim::Time next_command_time(const std::vector<Recorded>& lines, std::size_t index) {
        for (std::size_t i = index + 1; i < lines.size(); ++i) {
            if (lines[i].kind == Recorded::Kind::command) return lines[i].at;
        }
        return sim::Time::max();
    }

    static const Recorded* recorded_answer(const std::vector<Recorded>& lines, std::size_t index, std::uint8_t seq) {
        for (std::size_t i = index + 1; i < lines.size(); ++i) {
            const Recorded& line = lines[i];
            if (line.kind == Recorded::Kind::command && line.packet[39] == seq) return nullptr;
            if (line.kind == Recorded::Kind::event && (line.packet[38] & option::unsolicited) == 0 &&
                line.packet[37] == seq)
                return &line;
        }
        return nullptr;
    }

    /// What the catalogue reads from the command and writes again must be the command.
    void reencode(const Recorded& line, const CommandView& command) {
        if (!command.uni) return;
        const MessageForm* form = find_command(command.cid);
        if (form == nullptr) return failure(line, "the catalogue does not know the command");
        const auto tlvs = parse_tlvs(command.payload, form->header_size);
        if (!tlvs) return failure(line, tlvs.error().message);
        Bytes again = form->rewrite_header(command.payload).value();
        for (const Tlv& tlv : *tlvs) {
            const TlvForm* known = form->tlv(tlv.tag);
            if (known == nullptr) return failure(line, "the catalogue does not know TLV " + std::to_string(tlv.tag));
            const Result<Bytes> body = known->rewrite(tlv.body);
            if (!body) return failure(line, body.error().message);
            ieee80211::ByteWriter out(again);
            out.u16le(tlv.tag);
            out.u16le(static_cast<std::uint16_t>(body->size() + 4));
            out.bytes(*body);
        }
        again.resize(std::max(again.size(), command.payload.size()));  // REG_ACCESS ends in zeros
        if (build_command(static_cast<Cid>(command.cid), command.seq, command.option, again) != line.packet)
            return failure(line, "written again it is another message");
        ++totals_.reencoded;
    }

    void compare_answer(const Recorded& line, const CommandView& command, const Recorded* recorded) {
        const auto ours = std::ranges::find_if(sent_, [&](const Recorded& sent) {
            return (sent.packet[38] & option::unsolicited) == 0 && sent.packet[37] == command.seq;
        });
        if (recorded == nullptr && ours == sent_.end()) {
            ++totals_.unanswered_alike;
            return;
        }
        if (recorded == nullptr) return failure(line, "answered, the recording's chip was silent");
        if (ours == sent_.end()) return failure(line, "not answered");
        if (ours->packet == recorded->packet) {
            ++totals_.answers_alike;
            return;
        }
        const bool is_key = command.is(Cid::sta_rec) && recorded->packet[48] == status::software_crypto;
        if (is_key && !refuse_keys_ && ours->packet[48] == status::ok) {
            ++totals_.differences["KEY_V3: taken, the recording's chip left encryption to software"];
            return;
        }
        for (const AcceptedDifference& accepted : accepted_answers) {
            if (accepted.cid == Cid::chip_config && !run_.emlsr) continue;
            if (!command.is(accepted.cid) || (!accepted.file.empty() && accepted.file != file_)) continue;
            ++totals_.differences[std::string(accepted.reason)];
            return;
        }
        failure(line, "answered " + to_text(decode_event(ours->packet)) + ", recorded " +
                          to_text(decode_event(recorded->packet)));
    }

    /// Read from the bytes by hand, not by the firmware's own decoder.
    void check_tables(const Recorded& line, const CommandView& command, bool bss_was_active) {
        const ByteView p = command.payload;
        const FirmwareTables& tables = firmware_.tables();
        const auto expect = [&](bool held, const char* what) {
            ++totals_.table_checks;
            if (!held) failure(line, what);
        };
        if (command.is(Cid::dev_info)) {
            const auto& link = tables.devices[p[0]].links[p[9]];
            const bool active = p[8] != 0;
            expect(link.has_value() == active, "DEV_INFO: the device is not as told");
            if (active) expect(*link == MacAddress{p.subspan<10, 6>()}, "DEV_INFO: another address");
        } else if (command.is(Cid::bss_info) && p[4] == 0 && p[5] == 0) {
            const Bss& bss = tables.bss[p[0]];
            const bool active = p[8] != 0;
            expect(bss.active == active, "BSS_INFO BASIC: not as told");
            expect(tables.wtbl[19U - p[0]].valid == active, "BSS_INFO BASIC: its own WTBL entry");
            if (active) {
                expect(bss.basic.conn_state == p[16], "BSS_INFO BASIC: another conn_state");
                expect(bss.basic.bssid == MacAddress{p.subspan<18, 6>()}, "BSS_INFO BASIC: another BSSID");
            }
        } else if (command.is(Cid::bss_info) && p[4] == 2 && bss_was_active) {
            const Bss& bss = tables.bss[p[0]];
            expect(bss.rlm && bss.rlm->control_ch == p[8] && bss.rlm->band == p[16], "BSS_INFO RLM: not as told");
        } else if (command.is(Cid::sta_rec)) {
            const WtblEntry& entry = tables.wtbl[p[1]];
            const unsigned tag = p[8];
            if (tag == 0x00 && firmware_.counts().refused_commands == refused_before_)
                expect(entry.valid && entry.bss_idx == p[0] && entry.basic.aid == (p[18] | p[19] << 8U),
                       "STA_REC BASIC: not as told");
            if (tag == 0x25) expect(!entry.valid, "STA_REC REMOVE: still there");
        } else if (command.is(Cid::edca) && tables.bss[p[0]].active) {
            expect(tables.bss[p[0]].edca[3] && tables.bss[p[0]].edca[3]->aifs == p[4 + 3 * 12 + 10],
                   "EDCA: not as told");
        } else if (command.is(Cid::set_domain_info)) {
            expect(tables.regulatory.channels_2g.size() == p[12] && tables.regulatory.channels_6g.size() == p[14],
                   "SET_DOMAIN_INFO: not as told");
        }
        refused_before_ = firmware_.counts().refused_commands;
    }

    void check_rules(const Recorded& line) {
        for (const TableFault& fault : table_faults(firmware_.tables())) {
            if (fault.rule == "I8" && fault.what.ends_with("which is not valid"))
                ++totals_.commands_without_primary;
            else
                failure(line, fault.rule + ": " + fault.what);
        }
    }

    void milestone_at_end();
    void milestone_joined();
    void milestone_check(const std::string& what, bool held) {
        ++totals_.milestones;
        if (!held) totals_.failures.push_back(run_.name + "/" + file_ + ": milestone: " + what);
    }

    void frame_failure(const std::string& what) {
        totals_.failures.push_back(run_.name + "/" + file_ + ": frame at " + std::to_string(frame_at_.us()) +
                                   " us: " + what);
    }

    void failure(const Recorded& line, const std::string& what) {
        const DecodedMessage message =
            line.kind == Recorded::Kind::event ? decode_event(line.packet) : decode_command(line.packet);
        totals_.failures.push_back(run_.name + "/" + file_ + " at " + std::to_string(line.at.us()) + " us: " + what +
                                   "\n    " + to_text(message).substr(0, 240));
    }

    const Run& run_;
    bool refuse_keys_;
    Totals& totals_;
    sim::EventQueue queue_;
    EventQueueClock clock_;
    AcknowledgingRadio radio_;
    FaultRules faults_;
    Firmware firmware_;
    FrameReplay frames_;
    sim::Time frame_at_{};
    std::vector<Recorded> sent_;
    std::string file_;
    sim::Duration offset_{0};
    std::uint64_t refused_before_ = 0;
};

/// What must be in the tables once the second link of an MLD works.
void Replay::milestone_joined() {
    const FirmwareTables& tables = firmware_.tables();
    const std::vector<MldGroup> groups = tables.mld_groups();
    if (file_ == "f_sta2") {
        milestone_check("the refused entry is not there, its BSS is", tables.bss[1].active && !tables.wtbl[2].valid);
        return;
    }
    if (file_ == "f_after1") {
        milestone_check("the BSS of the link that failed before is still there",
                        groups.size() == 1 && groups[0].bss_indexes.size() == 3);
        return;
    }
    milestone_check("one group: BSS 0 and another",
                    groups.size() == 1 && groups[0].group_id == 0 && groups[0].bss_indexes.size() == 2);
    milestone_check("one peer MLD, entries 1 and 2, the first the primary",
                    groups.size() == 1 && groups[0].peers.size() == 1 && groups[0].peers[0].primary == 1 &&
                        groups[0].peers[0].wcids == std::vector<std::uint16_t>{1, 2});
    const std::uint8_t second = groups.empty() ? std::uint8_t{1} : groups[0].bss_indexes.back();
    milestone_check("the second link on another band",
                    tables.bss[second].rlm && tables.bss[second].rlm->band != tables.bss[0].rlm->band);
    if (run_.emlsr && file_ == "eml_mlo52") milestone_check("EMLSR is on", tables.bss[0].mld->eml_enable == 1);
}

/// What must be in the tables once a recording has ended.
void Replay::milestone_at_end() {
    const FirmwareTables& tables = firmware_.tables();
    const auto active_bss = [&] {
        return std::ranges::count_if(tables.bss, [](const Bss& bss) { return bss.active; });
    };
    const auto peers = [&] {
        return std::ranges::count_if(tables.wtbl, [](const WtblEntry& entry) { return entry.valid && !entry.self; });
    };
    if (file_ == "probe" || file_ == "rebind") {
        milestone_check("the firmware runs and no interface exists",
                        firmware_.running() && active_bss() == 0 && peers() == 0);
        milestone_check("58 power limit messages are complete on every band",
                        tables.regulatory.limits_complete[1] && tables.regulatory.limits_complete[2] &&
                            tables.regulatory.limits_complete[3] &&
                            tables.regulatory.power_limits.size() == 14 + 46 + 109);
    } else if (file_ == "ifup" || file_ == "us_ifup") {
        milestone_check("one BSS, not connected, its own entry 19", active_bss() == 1 && tables.bss[0].active &&
                                                                        tables.bss[0].basic.conn_state == 1 &&
                                                                        tables.wtbl[19].valid && peers() == 0);
    } else if (file_ == "assoc") {
        milestone_check("one peer, associated, AID 1, block ack for TID 0",
                        peers() == 1 && tables.wtbl[1].valid && tables.wtbl[1].basic.aid == 1 &&
                            tables.wtbl[1].state->state == 2 && tables.wtbl[1].originator[0].has_value());
        milestone_check("connected on channel 36, power save", tables.bss[0].connected_station() &&
                                                                   tables.bss[0].rlm->control_ch == 36 &&
                                                                   tables.bss[0].power_save->ps_state == 2);
        milestone_check("no MLD", tables.mld_groups().empty());
    } else if (file_ == "disc" || file_ == "mlo52_deauth" || file_ == "mlo56_deauth" || file_ == "wpa_disc" ||
               file_ == "owe_disc" || file_ == "eml_mlo52") {
        milestone_check("no peer is left", peers() == 0);
        milestone_check("no second link is left", !tables.bss[1].active && !tables.wtbl[18].valid);
        milestone_check("no group is left", tables.mld_groups().empty());
    } else if (file_ == "ifdown") {
        milestone_check("nothing is left", active_bss() == 0 && !tables.devices[0].active() && peers() == 0);
    } else if (file_ == "f_b9_2") {
        milestone_check("the links that failed left their BSSs behind", tables.bss[1].active && tables.bss[2].active);
    } else if (file_ == "f_after3") {
        milestone_check("after the reset one link is all there is", !tables.bss[1].active);
    } else if (file_ == "mlo56" && !refuse_keys_) {
        const auto keys = [&](std::size_t wcid) { return tables.wtbl[wcid].keys.size(); };
        milestone_check("a pairwise key a link, a GTK and an IGTK in each self entry",
                        keys(1) == 1 && keys(2) == 1 && keys(19) == 2 && keys(18) == 2);
    } else if (file_ == "owe_mlo") {
        milestone_check("the P2P device has BSS 4 and entry 15", tables.bss[4].active && tables.wtbl[15].valid);
    } else if (file_ == "s_suspend") {
        milestone_check("asleep", tables.chip.suspended && !tables.chip.keep_full_power);
    }
}

}  // namespace
}  // namespace mlosim::mt7925

int main(int argc, char** argv) {
    using namespace mlosim::mt7925;
    if (argc != 2) {
        std::fprintf(stderr, "usage: mt7925_golden FOLDER\n");
        return 2;
    }
    Totals totals;
    for (const bool refuse_keys : {true, false}) {
        for (const Run& run : all_runs())
            Replay(run, refuse_keys, totals).play(argv[1]);
    }
    std::printf(
        "%u recordings played, %u commands: %u UNI commands written again alike, %u answers alike, %u alike "
        "without an answer, %u unsolicited events alike; %u table checks, %u milestones\n",
        totals.files, totals.commands, totals.reencoded, totals.answers_alike, totals.unanswered_alike,
        totals.events_alike, totals.table_checks, totals.milestones);
    const FrameReplay::Totals& frames = totals.frames;
    std::printf(
        "%u frames sent, %u of them with Ethernet headers, %u statuses, %u decrypted as the AP would what the kernel "
        "had encrypted; %u received\n",
        frames.sent, frames.with_ethernet_header, frames.statuses, frames.encrypted_by_kernel, frames.received);
    std::printf("after %u commands a further link's entry named a primary that the driver had removed before (I8)\n",
                totals.commands_without_primary);
    for (const auto& [reason, count] : totals.differences)
        std::printf("  %4u differ: %s\n", count, reason.c_str());
    for (const std::string& failure : totals.failures)
        std::printf("FAIL %s\n", failure.c_str());
    return totals.failures.empty() && totals.commands > 0 ? 0 : 1;
}
