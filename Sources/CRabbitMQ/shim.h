#pragma once

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <sys/eventfd.h>

// What Swift cannot reach: variadic functions, and tables with borrowed names.

/// Logs in with user and password, and asks to be told when the broker cancels the consumer.
static inline amqp_rpc_reply_t rabbitmq_login(
    amqp_connection_state_t state, const char *vhost, int frame_max, int heartbeat, const char *name, const char *user, const char *password) {
    amqp_table_entry_t capability = {
        .key = amqp_cstring_bytes("consumer_cancel_notify"), .value = {.kind = AMQP_FIELD_KIND_BOOLEAN, .value = {.boolean = 1}}};
    amqp_table_t capabilities = {.num_entries = 1, .entries = &capability};
    amqp_table_entry_t entries[] = {
        {.key = amqp_cstring_bytes("capabilities"), .value = {.kind = AMQP_FIELD_KIND_TABLE, .value = {.table = capabilities}}},
        {.key = amqp_cstring_bytes("connection_name"), .value = {.kind = AMQP_FIELD_KIND_UTF8, .value = {.bytes = amqp_cstring_bytes(name)}}},
    };
    amqp_table_t properties = {.num_entries = 2, .entries = entries};
    return amqp_login_with_properties(
        state, vhost, 0, frame_max, heartbeat, &properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

/// Declares a durable queue of that type ("classic", "quorum").
static inline amqp_queue_declare_ok_t *rabbitmq_declare(
    amqp_connection_state_t state, amqp_channel_t channel, const char *queue, const char *type) {
    amqp_table_entry_t entry = {
        .key = amqp_cstring_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value = {.bytes = amqp_cstring_bytes(type)}}};
    amqp_table_t arguments = {.num_entries = 1, .entries = &entry};
    return amqp_queue_declare(state, channel, amqp_cstring_bytes(queue), 0, 1, 0, 0, arguments);
}

/// A descriptor that wakes a thread which waits on it.
static inline int rabbitmq_alarm(void) { return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK); }
