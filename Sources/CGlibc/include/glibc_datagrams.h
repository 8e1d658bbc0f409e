// Receiving many datagrams with one call, and what the kernel dropped.
#pragma once

#include <stddef.h>
#include <stdint.h>

/// Who sent a datagram: the address as 16 bytes (IPv4 mapped, RFC 4291 §2.5.5.2) and the port; zeros for a local socket.
struct glibc_peer {
    uint64_t high;
    uint64_t low;
    uint16_t port;
};

/// Receives up to `count` (at most 64) datagrams without waiting. Datagram `i` lies at `buffer + i * slot` and has `lengths[i]` bytes.
/// Returns how many came, or -1 with `errno`.
int glibc_receive_datagrams(int descriptor, uint8_t *buffer, size_t slot, unsigned count, struct glibc_peer *peers, uint32_t *lengths);

/// How many datagrams the kernel dropped because the socket's buffer was full, since the socket was opened (`SO_MEMINFO`, the counter
/// that `SO_RXQ_OVFL` reports too); -1 where the system does not tell.
int64_t glibc_dropped_datagrams(int descriptor);
