// Links of a station MLD that deafen each other: 802.11be 35.3.16.4.

#include "station_links_fixture.h"

namespace mlosim::agent {
namespace {

/// Everything on the air between the two, by link.
class Witness final : public phy::RadioPort {
public:
    struct Heard {
        unsigned link;
        bool from_station;
        sim::Time start;
        sim::Time end;
    };
    Witness(phy::Medium& medium, const mld::Wdev& ap, const mld::Wdev& station)
        : medium_(medium), ap_(ap), station_(station), port_(medium.attach(*this, {})) {
        std::vector<phy::ChannelDefinition> channels;
        for (const auto& link : ap.links())
            channels.push_back(*link->channel());
        medium.listen(port_, channels);
    }
    ~Witness() { medium_.detach(port_); }

    bool receive(const phy::Reception& r) override {
        const auto frame = FrameView::parse(*r.payload);
        for (const auto& link : ap_.links()) {
            const mld::Link* peer = station_.link(link->id());
            if (!frame || peer == nullptr || link->channel()->control != r.channel.control) continue;
            if (frame->addr1() == link->address() && frame->addr2() == peer->address())
                heard.push_back({link->id().value(), true, r.start, r.end});
            if (frame->addr1() == peer->address()) heard.push_back({link->id().value(), false, r.start, r.end});
        }
        return false;
    }
    /// Times that the station sent on one of the two while it received on the other.
    [[nodiscard]] unsigned clashes(unsigned a, unsigned b) const {
        unsigned out = 0;
        for (const Heard& x : heard)
            for (const Heard& y : heard)
                if (x.link == a && y.link == b && x.from_station != y.from_station && x.start < y.end &&
                    y.start < x.end)
                    ++out;
        return out;
    }
    std::vector<Heard> heard;

private:
    phy::Medium& medium_;
    const mld::Wdev& ap_;
    const mld::Wdev& station_;
    phy::PortId port_;
};

class NstrStation : public StationLinks {
protected:
    explicit NstrStation(bool nstr = true)
        : StationLinks([nstr](const mld::RadioProfile& p) {
              mld::RadioProfile out = p;
              if (nstr) out.nstr_bands.push_back({phy::Band::ghz5, phy::Band::ghz6});
              return out;
          }),
          air(medium, ap.wdev(), sta) {}

    /// Both ways at once, over all links.
    void talk() {
        // Until both have an agreement, and the station was heard on all links.
        send(sta, ap.wdev(), 4);
        send(sta, ap.wdev(), 6);
        send(ap.wdev(), sta, 4);
        air.heard.clear();
        for (unsigned i = 0; i < 40; ++i) {
            queue_one(ap.wdev(), sta, 900);  // so that the two do not keep step
            queue_one(sta, ap.wdev(), 400);
        }
        run_for(500ms);
    }
    void queue_one(mld::Wdev& from, mld::Wdev& to, std::size_t size) {
        Bytes frame;
        ByteWriter w(frame);
        w.mac(to.address());
        w.mac(from.address());
        w.u16le(0x0008);
        w.u8(0x45);
        w.zeros(size);
        EXPECT_TRUE(from.netdev()->transmit(frame).has_value());
    }
    /// Of one frame that is sent on link 2 while the station sends on link 1.
    [[nodiscard]] std::uint64_t nulls_heard_while_it_sends() {
        mld::TxOptions on_5ghz;
        on_5ghz.link = id(1);
        mld::TxOptions on_6ghz;
        on_6ghz.link = id(2);
        const auto heard = [&] { return at_sta().link(id(2))->statistics.rx_bytes; };
        sta.wiphy().data_path().send_null(sta, at_sta(), false, true, on_5ghz);
        const std::uint64_t before = heard();
        ap.wdev().wiphy().data_path().send_null(ap.wdev(), at_ap(), false, true, on_6ghz);
        run_for(1ms);
        return heard() != before ? 1 : 0;
    }
    [[nodiscard]] std::uint64_t arrived() {
        std::uint64_t out = 0;
        for (const unsigned link : {0U, 1U, 2U})
            out += data_on(at_sta(), link);
        return out;
    }

    Witness air;
};

class StrStation : public NstrStation {
protected:
    StrStation() : NstrStation(false) {}
};

TEST_F(NstrStation, TellsItsPairsWhenItAssociates) {
    EXPECT_EQ(at_ap().nstr_links[0], 0);
    EXPECT_EQ(at_ap().nstr_links[1], id(2).bit());
    EXPECT_EQ(at_ap().nstr_links[2], id(1).bit());
}

TEST_F(NstrStation, NeitherSendsOnOneLinkWhileItReceivesOnTheOther) {
    talk();
    EXPECT_EQ(air.clashes(1, 2), 0U);
    EXPECT_EQ(log.arrived.size(), 50U);
    EXPECT_EQ(arrived(), 44U);
}

TEST_F(NstrStation, UsesLinksThatAreNoPairAsTheyLike) {
    talk();
    EXPECT_GT(air.clashes(0, 1) + air.clashes(1, 0), 0U);
}

TEST_F(StrStation, DoesBothAtOnce) {
    talk();
    EXPECT_EQ(at_ap().nstr_links[1], 0);
    EXPECT_GT(air.clashes(1, 2) + air.clashes(2, 1), 0U);
    EXPECT_EQ(arrived(), 44U);
}

TEST_F(NstrStation, HearsNothingOnOneLinkThatIsSentWhileItSendsOnTheOther) {
    at_ap().nstr_links = {};  // an access point that does not know
    EXPECT_EQ(nulls_heard_while_it_sends(), 0U);
}

TEST_F(NstrStation, IsWaitedForByAnAccessPointThatKnows) {
    EXPECT_EQ(nulls_heard_while_it_sends(), 1U);
}

TEST_F(StrStation, HearsOneLinkWhileItSendsOnAnother) {
    EXPECT_EQ(nulls_heard_while_it_sends(), 1U);
}

}  // namespace
}  // namespace mlosim::agent
