/* Network devices by ioctl and by libc's functions: simulated ones are the daemon's, all others the kernel's. */
#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <linux/ethtool.h>
#include <linux/if_packet.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "host/preload/shim.h"

/* Of <linux/wireless.h>, which does not go together with <net/if.h>. */
#define SIOCIWFIRST 0x8B00
#define SIOCIWLAST 0x8BFF
#define IWREQ_SIZE 32

/* ---- ioctl ---- */

/* Asks the daemon; ENXIO if the device is not one of its. */
static int device_call(unsigned long request, struct ifreq* facts) {
    struct mlosim_call call = {.op = MLOSIM_OP_IOCTL, .length = sizeof *facts, .arg = {(uint32_t)request}};
    struct iovec piece = {facts, sizeof *facts};
    struct mlosim_answer answer;
    void* reply = NULL;
    int error = daemon_call(&call, &piece, 1, &answer, &reply);
    if (error == 0 && answer.length == sizeof *facts) memcpy(facts, reply, sizeof *facts);
    free(reply);
    return error == ECONNREFUSED ? ENXIO : error;
}

/* The requests that name one device in a struct ifreq and nothing outside it. */
static bool is_device_request(unsigned long request) {
    switch (request) {
        case SIOCGIFNAME:
        case SIOCGIFFLAGS:
        case SIOCSIFFLAGS:
        case SIOCGIFMETRIC:
        case SIOCGIFMTU:
        case SIOCSIFMTU:
        case SIOCSIFNAME:
        case SIOCGIFHWADDR:
        case SIOCSIFHWADDR:
        case SIOCGIFINDEX:
        case SIOCGIFTXQLEN:
        case SIOCSIFTXQLEN:
        case SIOCGIFMAP:
        case SIOCGIFADDR:
        case SIOCGIFDSTADDR:
        case SIOCGIFBRDADDR:
        case SIOCGIFNETMASK:
        case SIOCBRADDIF:
        case SIOCBRDELIF:
            return true;
        default:
            return false;
    }
}

/* A bridge is named by a string alone. One that is added is always a simulated one. */
static int bridge_call(unsigned long request, const char* name) {
    struct ifreq facts;
    memset(&facts, 0, sizeof facts);
    memcpy(facts.ifr_name, name, strnlen(name, IFNAMSIZ - 1));
    return device_call(request, &facts);
}

/* Wireless extensions: struct iwreq is shorter than struct ifreq. */
static int wireless_call(unsigned long request, void* argument) {
    struct ifreq facts;
    memset(&facts, 0, sizeof facts);
    memcpy(&facts, argument, IWREQ_SIZE);
    int error = device_call(request, &facts);
    if (error == 0) memcpy(argument, &facts, IWREQ_SIZE);
    return error;
}

/* How much of the structure behind ifr_data is the program's to give and to get; 0: unknown. */
static size_t ethtool_size(const void* structure) {
    uint32_t head[2] = {0};
    memcpy(head, structure, sizeof *head);
    switch (head[0]) {
        case ETHTOOL_GDRVINFO:
            return sizeof(struct ethtool_drvinfo);
        case ETHTOOL_GPERMADDR:
            memcpy(head, structure, sizeof head);
            return sizeof(struct ethtool_perm_addr) + (head[1] < 32 ? head[1] : 32);
        case ETHTOOL_GLINK:
            return sizeof(struct ethtool_value);
        default:
            return sizeof(uint32_t);
    }
}

static int ethtool_call(struct ifreq* request) {
    if (!request->ifr_data) return EFAULT;
    size_t size = ethtool_size(request->ifr_data);
    struct mlosim_call call = {.op = MLOSIM_OP_ETHTOOL, .length = (uint32_t)(IFNAMSIZ + size)};
    struct iovec pieces[2] = {{request->ifr_name, IFNAMSIZ}, {request->ifr_data, size}};
    struct mlosim_answer answer;
    void* reply = NULL;
    int error = daemon_call(&call, pieces, 2, &answer, &reply);
    if (error == 0 && answer.length == size) memcpy(request->ifr_data, reply, size);
    free(reply);
    return error == ECONNREFUSED ? ENXIO : error;
}

static bool is_wireless_request(unsigned long request) {
    return request >= SIOCIWFIRST && request <= SIOCIWLAST;
}

/* ENXIO: the kernel is to be asked. */
static int interface_request(unsigned long request, void* argument) {
    if (is_wireless_request(request)) return wireless_call(request, argument);
    if (!shim_has_devices()) return ENXIO;
    if (is_device_request(request)) return device_call(request, argument);
    if (request == SIOCBRADDBR || request == SIOCBRDELBR) return bridge_call(request, argument);
    if (request == SIOCETHTOOL) return ethtool_call(argument);
    return ENXIO;
}

EXPORT int ioctl(int fd, unsigned long request, ...) {
    va_list arguments;
    va_start(arguments, request);
    void* argument = va_arg(arguments, void*);
    va_end(arguments);
    if (shim_enabled() && argument) {
        int saved = errno;
        int error = interface_request(request, argument);
        if (error == 0) return 0;
        if (error != ENXIO) FAIL(error);
        errno = saved;
    }
    return real()->ioctl(fd, request, argument);
}

/* ---- names and numbers ---- */

EXPORT unsigned if_nametoindex(const char* name) {
    if (shim_has_devices() && strlen(name) < IFNAMSIZ) {
        struct ifreq facts;
        memset(&facts, 0, sizeof facts);
        strcpy(facts.ifr_name, name);
        if (device_call(SIOCGIFINDEX, &facts) == 0) return (unsigned)facts.ifr_ifindex;
    }
    return real()->if_nametoindex(name);
}

EXPORT char* if_indextoname(unsigned index, char name[IF_NAMESIZE]) {
    if (shim_has_devices()) {
        struct ifreq facts;
        memset(&facts, 0, sizeof facts);
        facts.ifr_ifindex = (int)index;
        int error = device_call(SIOCGIFNAME, &facts);
        if (error == 0) {
            memcpy(name, facts.ifr_name, IFNAMSIZ);
            return name;
        }
        if (error == ENODEV) { /* a simulated device that is gone */
            errno = ENXIO;
            return NULL;
        }
    }
    return real()->if_indextoname(index, name);
}

/* The simulated devices, to be freed; `count` of them. NULL if there are none to be had. */
static struct mlosim_netdev* simulated_devices(size_t* count) {
    *count = 0;
    if (!shim_has_devices()) return NULL;
    struct mlosim_call call = {.op = MLOSIM_OP_NETDEVS};
    struct mlosim_answer answer;
    void* devices = NULL;
    if (daemon_call(&call, NULL, 0, &answer, &devices) != 0) return NULL;
    *count = answer.length / sizeof(struct mlosim_netdev);
    return devices;
}

static bool has_name(const struct mlosim_netdev* devices, size_t count, const char* name) {
    for (size_t i = 0; i < count; i++)
        if (strncmp(devices[i].name, name, sizeof devices[i].name) == 0) return true;
    return false;
}

/* One block: the array, then the names; so that freeing it is freeing the block. */
EXPORT struct if_nameindex* if_nameindex(void) {
    size_t simulated = 0, others = 0;
    struct if_nameindex* kernels = real()->if_nameindex();
    if (!shim_has_devices() || !kernels) return kernels;
    struct mlosim_netdev* devices = simulated_devices(&simulated);
    while (kernels[others].if_index)
        others++;
    struct if_nameindex* all = calloc(simulated + others + 1, sizeof *all + IFNAMSIZ);
    if (all) {
        char* name = (char*)(all + simulated + others + 1);
        size_t count = 0;
        for (size_t i = 0; i < simulated; i++, count++, name += IFNAMSIZ) {
            memcpy(name, devices[i].name, IFNAMSIZ);
            all[count] = (struct if_nameindex){devices[i].index, name};
        }
        for (size_t i = 0; i < others; i++) {
            if (has_name(devices, simulated, kernels[i].if_name)) continue;
            memcpy(name, kernels[i].if_name, strnlen(kernels[i].if_name, IFNAMSIZ - 1));
            all[count++] = (struct if_nameindex){kernels[i].if_index, name};
            name += IFNAMSIZ;
        }
    }
    free(devices);
    real()->if_freenameindex(kernels);
    return all;
}

EXPORT void if_freenameindex(struct if_nameindex* all) {
    if (shim_has_devices())
        free(all);
    else
        real()->if_freenameindex(all);
}

/* ---- getifaddrs: our entries stand in front of the kernel's, in a block that remembers where those begin ---- */

struct device_entry {
    struct ifaddrs entry;
    struct sockaddr_ll address, broadcast;
    char name[IFNAMSIZ];
};

struct device_block {
    struct ifaddrs* kernels;
    struct device_entry entries[];
};

static void fill_link_address(struct sockaddr_ll* out, const struct mlosim_netdev* device, const uint8_t* octets) {
    memset(out, 0, sizeof *out);
    out->sll_family = AF_PACKET;
    out->sll_ifindex = (int)device->index;
    out->sll_hatype = device->type;
    out->sll_halen = 6;
    memcpy(out->sll_addr, octets, 6);
}

/* The kernel's list without devices of simulated names. libc keeps a list in one block, so unlinked entries are freed
 * with it. */
static struct ifaddrs* without_simulated(struct ifaddrs* first, const struct mlosim_netdev* devices, size_t count) {
    while (first && has_name(devices, count, first->ifa_name))
        first = first->ifa_next;
    for (struct ifaddrs* at = first; at && at->ifa_next;) {
        if (has_name(devices, count, at->ifa_next->ifa_name))
            at->ifa_next = at->ifa_next->ifa_next;
        else
            at = at->ifa_next;
    }
    return first;
}

EXPORT int getifaddrs(struct ifaddrs** out) {
    struct ifaddrs* kernels = NULL;
    if (real()->getifaddrs(&kernels) != 0) {
        if (!shim_has_devices()) return -1;
        kernels = NULL;
    }
    size_t count = 0;
    struct mlosim_netdev* devices = simulated_devices(&count);
    if (count == 0) {
        free(devices);
        *out = kernels;
        return 0;
    }
    struct device_block* block = calloc(1, sizeof *block + count * sizeof *block->entries);
    if (!block) {
        free(devices);
        real()->freeifaddrs(kernels);
        FAIL(ENOMEM);
    }
    block->kernels = kernels; /* glibc frees by the first entry: its list is one block */
    for (size_t i = 0; i < count; i++) {
        struct device_entry* entry = &block->entries[i];
        memcpy(entry->name, devices[i].name, IFNAMSIZ);
        fill_link_address(&entry->address, &devices[i], devices[i].address);
        fill_link_address(&entry->broadcast, &devices[i], devices[i].broadcast);
        entry->entry = (struct ifaddrs){
            .ifa_next = i + 1 < count ? &block->entries[i + 1].entry : without_simulated(kernels, devices, count),
            .ifa_name = entry->name,
            .ifa_flags = devices[i].flags,
            .ifa_addr = (struct sockaddr*)&entry->address,
            .ifa_broadaddr = (struct sockaddr*)&entry->broadcast,
        };
    }
    free(devices);
    *out = &block->entries[0].entry;
    return 0;
}

EXPORT void freeifaddrs(struct ifaddrs* list) {
    if (!list) return;
    /* Where the name lies tells whose entry it is; libc's has three addresses in front of it. */
    if (!shim_has_devices() || list->ifa_name != ((struct device_entry*)list)->name) {
        real()->freeifaddrs(list);
        return;
    }
    struct device_block* block = (struct device_block*)((char*)list - offsetof(struct device_block, entries));
    real()->freeifaddrs(block->kernels);
    free(block);
}
