// What glibc has and Swift's module of it lacks.
#pragma once

#include <malloc.h>

#include "glibc_datagrams.h"

/// `O_DIRECT` of `open(2)`: another number on every architecture, and only there with `_GNU_SOURCE`.
extern const int glibc_o_direct;
