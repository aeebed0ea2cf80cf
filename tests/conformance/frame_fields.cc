#include "frame_fields.h"

#include <algorithm>
#include <array>
#include <utility>

#include "ieee80211/basic_multi_link.h"
#include "ieee80211/frame_header.h"

namespace mlosim::conformance {

namespace {

using ieee80211::Bytes;
using ieee80211::ByteView;
using ieee80211::ElementBody;
using ieee80211::ElementList;
using ieee80211::ElementView;

constexpr std::uint8_t tim_id = 5;
constexpr std::uint8_t management_mic_id = 76;
constexpr std::size_t header_size = 24;

struct FixedField {
    const char* name;  // nullptr: counts time
    std::size_t size;
};
struct Shape {
    const char* name;
    std::vector<FixedField> fixed;
    bool has_elements = true;
};

/// By subtype. An Authentication frame's SAE fields have no length of their own: all that follows is one field.
const Shape* shape_of(unsigned subtype) {
    static const std::array<Shape, 16> shapes{{
        {"Association Request", {{"capabilities", 2}, {"listen interval", 2}}},
        {"Association Response", {{"capabilities", 2}, {"status", 2}, {"AID", 2}}},
        {"Reassociation Request", {{"capabilities", 2}, {"listen interval", 2}, {"current AP", 6}}},
        {"Reassociation Response", {{"capabilities", 2}, {"status", 2}, {"AID", 2}}},
        {"Probe Request", {}},
        {"Probe Response", {{nullptr, 8}, {"interval", 2}, {"capabilities", 2}}},
        {nullptr, {}},
        {nullptr, {}},
        {"Beacon", {{nullptr, 8}, {"interval", 2}, {"capabilities", 2}}},
        {nullptr, {}},
        {"Disassociation", {{"reason", 2}}, false},
        {"Authentication", {{"algorithm", 2}, {"transaction", 2}, {"status", 2}}, false},
        {"Deauthentication", {{"reason", 2}}, false},
        {"Action", {{"category", 1}}, false},
        {nullptr, {}},
        {nullptr, {}},
    }};
    return shapes[subtype].name != nullptr ? &shapes[subtype] : nullptr;
}

const Shape* shape_of_frame(ByteView frame) {
    constexpr unsigned type_bits = 0x0c;
    if (frame.size() < header_size || (frame[0] & type_bits) != 0) return nullptr;
    return shape_of(frame[0] >> 4U);
}

Bytes copy(ByteView bytes) {
    return {bytes.begin(), bytes.end()};
}

void add_elements(ByteView bytes, const std::string& path, std::vector<FrameField>& out);

/// A per-STA profile: which link, what it is said to have, the fixed fields before its elements.
void add_profile(const ieee80211::BasicPerStaProfileView& view, std::size_t fixed, const std::string& path,
                 std::vector<FrameField>& out) {
    ieee80211::BasicPerStaProfile value = view.value();
    const Bytes inside = std::exchange(value.profile, {});
    if (value.tsf_offset) value.tsf_offset = 0;
    Bytes head;
    ieee80211::ByteWriter writer(head);
    value.append_to(writer);
    const std::string at = path + "/profile " + std::to_string(value.link.value());
    out.push_back({at, head});
    fixed = std::min(fixed, inside.size());
    out.push_back({at + "/fixed", copy(ByteView(inside).first(fixed))});
    add_elements(ByteView(inside).subspan(fixed), at, out);
}

void add_multi_link(ByteView body, std::size_t fixed, const std::string& path, std::vector<FrameField>& out) {
    const auto view = ieee80211::BasicMultiLinkView::parse(body);
    if (!view) {
        out.push_back({path, copy(body)});
        return;
    }
    const std::size_t links = view->link_info().bytes().size();
    out.push_back({path, copy(body.first(body.size() - links))});
    for (const auto& profile : view->profiles())
        add_profile(profile, fixed, path, out);
}

/// Of the fields before the elements of a frame, those that its per-STA profiles have too, 802.11be 9.4.2.322.2.4.
std::size_t fixed_in_profile(const std::string& frame) {
    if (frame.starts_with("Association Request") || frame.starts_with("Reassociation Request")) return 2;
    if (frame.starts_with("Association Response") || frame.starts_with("Reassociation Response")) return 4;
    return frame.starts_with("Probe Response") || frame.starts_with("Beacon") ? 2 : 0;
}

void add_elements(ByteView bytes, const std::string& path, std::vector<FrameField>& out) {
    for (const ElementView& element : ElementList(bytes)) {
        const auto type = element.type();
        std::string at = path + "/element " + std::to_string(type.id);
        if (type.is_extended()) at += "." + std::to_string(type.extension);
        const ElementBody body(element);
        const ByteView octets = body.bytes();
        if (type == ieee80211::element::multi_link) {
            add_multi_link(octets, fixed_in_profile(path.substr(0, path.find('/'))), at, out);
        } else if (type.id == tim_id && octets.size() > 1) {
            out.push_back({at, {octets[1]}});
        } else if (type.id == management_mic_id && octets.size() > 1) {
            out.push_back({at, copy(octets.first(2))});  // the key's number
        } else {
            out.push_back({at, copy(octets)});
        }
    }
}

}  // namespace

std::string frame_name(ByteView frame) {
    const Shape* shape = shape_of_frame(frame);
    return shape != nullptr ? shape->name : "";
}

std::vector<FrameField> fields_of(ByteView frame) {
    std::vector<FrameField> out;
    const Shape* shape = shape_of_frame(frame);
    if (shape == nullptr) return out;
    const std::string name = shape->name;
    out.push_back({name + "/control", copy(frame.first(2))});
    out.push_back({name + "/receiver", copy(frame.subspan(4, 6))});
    out.push_back({name + "/transmitter", copy(frame.subspan(10, 6))});
    out.push_back({name + "/BSSID", copy(frame.subspan(16, 6))});
    ByteView rest = frame.subspan(header_size);
    for (const FixedField& field : shape->fixed) {
        const std::size_t size = std::min(field.size, rest.size());
        if (field.name != nullptr) out.push_back({name + "/" + field.name, copy(rest.first(size))});
        rest = rest.subspan(size);
    }
    if (shape->has_elements)
        add_elements(rest, name, out);
    else if (!rest.empty())
        out.push_back({name + "/rest", copy(rest)});
    return out;
}

}  // namespace mlosim::conformance
