#define _GNU_SOURCE
#include "glibc_more.h"

#include <fcntl.h>

const int glibc_o_direct = O_DIRECT;
