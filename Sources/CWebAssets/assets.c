// Written by tools/embed_web.py; do not edit.
#include "web_assets.h"

static const unsigned char file0[] = {
#embed "../../web/css/base.css"
};

static const unsigned char file1[] = {
#embed "../../web/css/drawer.css"
};

static const unsigned char file2[] = {
#embed "../../web/css/layout.css"
};

static const unsigned char file3[] = {
#embed "../../web/css/map.css"
};

static const unsigned char file4[] = {
#embed "../../web/css/panels.css"
};

static const unsigned char file5[] = {
#embed "../../web/css/ticker.css"
};

static const unsigned char file6[] = {
#embed "../../web/css/tokens.css"
};

static const unsigned char file7[] = {
#embed "../../web/icon.svg"
};

static const unsigned char file8[] = {
#embed "../../web/index.html"
};

static const unsigned char file9[] = {
#embed "../../web/js/api.js"
};

static const unsigned char file10[] = {
#embed "../../web/js/dom.js"
};

static const unsigned char file11[] = {
#embed "../../web/js/format.js"
};

static const unsigned char file12[] = {
#embed "../../web/js/fragment.js"
};

static const unsigned char file13[] = {
#embed "../../web/js/live/connection.js"
};

static const unsigned char file14[] = {
#embed "../../web/js/live/election.js"
};

static const unsigned char file15[] = {
#embed "../../web/js/live/feed.js"
};

static const unsigned char file16[] = {
#embed "../../web/js/live/filter.js"
};

static const unsigned char file17[] = {
#embed "../../web/js/live/row.js"
};

static const unsigned char file18[] = {
#embed "../../web/js/live/state.js"
};

static const unsigned char file19[] = {
#embed "../../web/js/live/viewer-ledger.js"
};

static const unsigned char file20[] = {
#embed "../../web/js/main.js"
};

static const unsigned char file21[] = {
#embed "../../web/js/map/arc-set.js"
};

static const unsigned char file22[] = {
#embed "../../web/js/map/base-layer.js"
};

static const unsigned char file23[] = {
#embed "../../web/js/map/camera.js"
};

static const unsigned char file24[] = {
#embed "../../web/js/map/canvas-arcs.js"
};

static const unsigned char file25[] = {
#embed "../../web/js/map/curve.js"
};

static const unsigned char file26[] = {
#embed "../../web/js/map/gestures.js"
};

static const unsigned char file27[] = {
#embed "../../web/js/map/markers.js"
};

static const unsigned char file28[] = {
#embed "../../web/js/map/petrel-map.js"
};

static const unsigned char file29[] = {
#embed "../../web/js/map/projection.js"
};

static const unsigned char file30[] = {
#embed "../../web/js/map/shaders.js"
};

static const unsigned char file31[] = {
#embed "../../web/js/map/tray.js"
};

static const unsigned char file32[] = {
#embed "../../web/js/map/webgl-arcs.js"
};

static const unsigned char file33[] = {
#embed "../../web/js/map/world.js"
};

static const unsigned char file34[] = {
#embed "../../web/js/model.js"
};

static const unsigned char file35[] = {
#embed "../../web/js/theme.js"
};

static const unsigned char file36[] = {
#embed "../../web/js/types.js"
};

static const unsigned char file37[] = {
#embed "../../web/js/widgets/event-fields.js"
};

static const unsigned char file38[] = {
#embed "../../web/js/widgets/petrel-about.js"
};

static const unsigned char file39[] = {
#embed "../../web/js/widgets/petrel-actions.js"
};

static const unsigned char file40[] = {
#embed "../../web/js/widgets/petrel-drawer.js"
};

static const unsigned char file41[] = {
#embed "../../web/js/widgets/petrel-help.js"
};

static const unsigned char file42[] = {
#embed "../../web/js/widgets/petrel-legend.js"
};

static const unsigned char file43[] = {
#embed "../../web/js/widgets/petrel-mode.js"
};

static const unsigned char file44[] = {
#embed "../../web/js/widgets/petrel-notice.js"
};

static const unsigned char file45[] = {
#embed "../../web/js/widgets/petrel-rate.js"
};

static const unsigned char file46[] = {
#embed "../../web/js/widgets/petrel-screen.js"
};

static const unsigned char file47[] = {
#embed "../../web/js/widgets/petrel-severity.js"
};

static const unsigned char file48[] = {
#embed "../../web/js/widgets/petrel-sources.js"
};

static const unsigned char file49[] = {
#embed "../../web/js/widgets/petrel-status.js"
};

static const unsigned char file50[] = {
#embed "../../web/js/widgets/petrel-ticker.js"
};

static const unsigned char file51[] = {
#embed "../../web/js/widgets/petrel-tops.js"
};

static const unsigned char file52[] = {
#embed "../../web/js/widgets/petrel-totals.js"
};

static const struct petrel_web_asset assets[] = {
    {"css/base.css", file0, sizeof file0},
    {"css/drawer.css", file1, sizeof file1},
    {"css/layout.css", file2, sizeof file2},
    {"css/map.css", file3, sizeof file3},
    {"css/panels.css", file4, sizeof file4},
    {"css/ticker.css", file5, sizeof file5},
    {"css/tokens.css", file6, sizeof file6},
    {"icon.svg", file7, sizeof file7},
    {"index.html", file8, sizeof file8},
    {"js/api.js", file9, sizeof file9},
    {"js/dom.js", file10, sizeof file10},
    {"js/format.js", file11, sizeof file11},
    {"js/fragment.js", file12, sizeof file12},
    {"js/live/connection.js", file13, sizeof file13},
    {"js/live/election.js", file14, sizeof file14},
    {"js/live/feed.js", file15, sizeof file15},
    {"js/live/filter.js", file16, sizeof file16},
    {"js/live/row.js", file17, sizeof file17},
    {"js/live/state.js", file18, sizeof file18},
    {"js/live/viewer-ledger.js", file19, sizeof file19},
    {"js/main.js", file20, sizeof file20},
    {"js/map/arc-set.js", file21, sizeof file21},
    {"js/map/base-layer.js", file22, sizeof file22},
    {"js/map/camera.js", file23, sizeof file23},
    {"js/map/canvas-arcs.js", file24, sizeof file24},
    {"js/map/curve.js", file25, sizeof file25},
    {"js/map/gestures.js", file26, sizeof file26},
    {"js/map/markers.js", file27, sizeof file27},
    {"js/map/petrel-map.js", file28, sizeof file28},
    {"js/map/projection.js", file29, sizeof file29},
    {"js/map/shaders.js", file30, sizeof file30},
    {"js/map/tray.js", file31, sizeof file31},
    {"js/map/webgl-arcs.js", file32, sizeof file32},
    {"js/map/world.js", file33, sizeof file33},
    {"js/model.js", file34, sizeof file34},
    {"js/theme.js", file35, sizeof file35},
    {"js/types.js", file36, sizeof file36},
    {"js/widgets/event-fields.js", file37, sizeof file37},
    {"js/widgets/petrel-about.js", file38, sizeof file38},
    {"js/widgets/petrel-actions.js", file39, sizeof file39},
    {"js/widgets/petrel-drawer.js", file40, sizeof file40},
    {"js/widgets/petrel-help.js", file41, sizeof file41},
    {"js/widgets/petrel-legend.js", file42, sizeof file42},
    {"js/widgets/petrel-mode.js", file43, sizeof file43},
    {"js/widgets/petrel-notice.js", file44, sizeof file44},
    {"js/widgets/petrel-rate.js", file45, sizeof file45},
    {"js/widgets/petrel-screen.js", file46, sizeof file46},
    {"js/widgets/petrel-severity.js", file47, sizeof file47},
    {"js/widgets/petrel-sources.js", file48, sizeof file48},
    {"js/widgets/petrel-status.js", file49, sizeof file49},
    {"js/widgets/petrel-ticker.js", file50, sizeof file50},
    {"js/widgets/petrel-tops.js", file51, sizeof file51},
    {"js/widgets/petrel-totals.js", file52, sizeof file52},
};

const int petrel_web_asset_count = sizeof assets / sizeof assets[0];

struct petrel_web_asset petrel_web_asset(int index) { return assets[index]; }
