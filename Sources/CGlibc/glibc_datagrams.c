#define _GNU_SOURCE
#include "glibc_datagrams.h"

#include <endian.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { most = 64, meminfo_drops = 8, meminfo_count = 9 };

static struct glibc_peer peer_of(const struct sockaddr_storage *address) {
    struct glibc_peer peer = {0, 0, 0};
    if (address->ss_family == AF_INET) {
        const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
        peer.low = 0xffff00000000ull | ntohl(v4->sin_addr.s_addr);
        peer.port = ntohs(v4->sin_port);
    } else if (address->ss_family == AF_INET6) {
        const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
        uint64_t halves[2];
        memcpy(halves, &v6->sin6_addr, sizeof halves);
        peer.high = be64toh(halves[0]);
        peer.low = be64toh(halves[1]);
        peer.port = ntohs(v6->sin6_port);
    }
    return peer;
}

int glibc_receive_datagrams(int descriptor, uint8_t *buffer, size_t slot, unsigned count, struct glibc_peer *peers, uint32_t *lengths) {
    struct mmsghdr messages[most];
    struct iovec places[most];
    struct sockaddr_storage addresses[most];
    if (count > most) count = most;
    memset(messages, 0, sizeof messages);
    memset(addresses, 0, sizeof addresses);
    for (unsigned i = 0; i < count; i++) {
        places[i].iov_base = buffer + i * slot;
        places[i].iov_len = slot;
        messages[i].msg_hdr.msg_iov = &places[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        messages[i].msg_hdr.msg_name = &addresses[i];
        messages[i].msg_hdr.msg_namelen = sizeof addresses[i];
    }
    int received = recvmmsg(descriptor, messages, count, MSG_DONTWAIT, NULL);
    for (int i = 0; i < received; i++) {
        peers[i] = peer_of(&addresses[i]);
        lengths[i] = messages[i].msg_len;
    }
    return received;
}

int64_t glibc_dropped_datagrams(int descriptor) {
    uint32_t counters[meminfo_count];
    socklen_t length = sizeof counters;
#ifdef SO_MEMINFO
    if (getsockopt(descriptor, SOL_SOCKET, SO_MEMINFO, counters, &length) == 0 && length >= sizeof counters) return counters[meminfo_drops];
#endif
    return -1;
}
