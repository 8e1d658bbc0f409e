#ifndef PETREL_WEB_ASSETS_H
#define PETREL_WEB_ASSETS_H

#include <stddef.h>

/// A file of the user interface, built into the program.
struct petrel_web_asset {
    /// Its path below `web/`.
    const char *_Nonnull path;
    const unsigned char *_Nonnull bytes;
    size_t length;
};

/// How many there are.
extern const int petrel_web_asset_count;

/// One of them, from 0 on.
struct petrel_web_asset petrel_web_asset(int index);

#endif
