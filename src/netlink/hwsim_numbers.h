#pragma once

#include <cstdint>

namespace mlosim::netlink::hwsim {

// The numbers of family MAC80211_HWSIM, which no installed header has. cf.
// drivers/net/wireless/virtual/mac80211_hwsim.h

enum HwsimCommand : std::uint8_t {
    cmd_register = 1,
    cmd_frame,
    cmd_tx_info_frame,
    cmd_new_radio,
    cmd_del_radio,
    cmd_get_radio,
    cmd_add_mac_addr,
    cmd_del_mac_addr,
    cmd_start_pmsr,
    cmd_abort_pmsr,
    cmd_report_pmsr,
};

enum HwsimAttribute : std::uint16_t {
    attr_addr_receiver = 1,
    attr_addr_transmitter,
    attr_frame,
    attr_flags,
    attr_rx_rate,
    attr_signal,
    attr_tx_info,
    attr_cookie,
    attr_channels,
    attr_radio_id,
    attr_reg_hint_alpha2,
    attr_reg_custom_reg,
    attr_reg_strict_reg,
    attr_support_p2p_device,
    attr_use_chanctx,
    attr_destroy_radio_on_close,
    attr_radio_name,
    attr_no_vif,
    attr_freq,
    attr_pad,
    attr_tx_info_flags,
    attr_perm_addr,
    attr_iftype_support,
    attr_cipher_support,
    attr_mlo_support,
    attr_pmsr_support,
    attr_pmsr_request,
    attr_pmsr_result,
    attr_multi_radio,
    attr_support_nan_device,
    attr_support_background_radar,
    attr_max = attr_support_background_radar,
};

/// enum hwsim_tx_control_flags
enum HwsimTxFlag : std::uint32_t {
    tx_ctl_req_tx_status = 1U << 0U,
    tx_ctl_no_ack = 1U << 1U,
    tx_stat_ack = 1U << 2U,
};

}  // namespace mlosim::netlink::hwsim
