// Written by tools/embed_web.py; do not edit.
#include "web_assets.h"

static const unsigned char file0[] = {
#embed "../../web/board.html"
};

static const unsigned char file1[] = {
#embed "../../web/css/base.css"
};

static const unsigned char file2[] = {
#embed "../../web/css/board.css"
};

static const unsigned char file3[] = {
#embed "../../web/css/charts.css"
};

static const unsigned char file4[] = {
#embed "../../web/css/controls.css"
};

static const unsigned char file5[] = {
#embed "../../web/css/drawer.css"
};

static const unsigned char file6[] = {
#embed "../../web/css/entity.css"
};

static const unsigned char file7[] = {
#embed "../../web/css/event.css"
};

static const unsigned char file8[] = {
#embed "../../web/css/explore.css"
};

static const unsigned char file9[] = {
#embed "../../web/css/layout.css"
};

static const unsigned char file10[] = {
#embed "../../web/css/map.css"
};

static const unsigned char file11[] = {
#embed "../../web/css/panels.css"
};

static const unsigned char file12[] = {
#embed "../../web/css/replay.css"
};

static const unsigned char file13[] = {
#embed "../../web/css/sources.css"
};

static const unsigned char file14[] = {
#embed "../../web/css/table.css"
};

static const unsigned char file15[] = {
#embed "../../web/css/ticker.css"
};

static const unsigned char file16[] = {
#embed "../../web/css/tokens.css"
};

static const unsigned char file17[] = {
#embed "../../web/css/touch.css"
};

static const unsigned char file18[] = {
#embed "../../web/entity.html"
};

static const unsigned char file19[] = {
#embed "../../web/explore.html"
};

static const unsigned char file20[] = {
#embed "../../web/icon.svg"
};

static const unsigned char file21[] = {
#embed "../../web/index.html"
};

static const unsigned char file22[] = {
#embed "../../web/js/api.js"
};

static const unsigned char file23[] = {
#embed "../../web/js/board/board-controls.js"
};

static const unsigned char file24[] = {
#embed "../../web/js/board/board-lens.js"
};

static const unsigned char file25[] = {
#embed "../../web/js/board/entry.js"
};

static const unsigned char file26[] = {
#embed "../../web/js/board/main.js"
};

static const unsigned char file27[] = {
#embed "../../web/js/board/panels.js"
};

static const unsigned char file28[] = {
#embed "../../web/js/board/petrel-board.js"
};

static const unsigned char file29[] = {
#embed "../../web/js/board/settings.js"
};

static const unsigned char file30[] = {
#embed "../../web/js/board/tone.js"
};

static const unsigned char file31[] = {
#embed "../../web/js/clipboard.js"
};

static const unsigned char file32[] = {
#embed "../../web/js/commands.js"
};

static const unsigned char file33[] = {
#embed "../../web/js/dom.js"
};

static const unsigned char file34[] = {
#embed "../../web/js/entity/cards.js"
};

static const unsigned char file35[] = {
#embed "../../web/js/entity/head.js"
};

static const unsigned char file36[] = {
#embed "../../web/js/entity/kinds.js"
};

static const unsigned char file37[] = {
#embed "../../web/js/entity/main.js"
};

static const unsigned char file38[] = {
#embed "../../web/js/entity/petrel-entity.js"
};

static const unsigned char file39[] = {
#embed "../../web/js/entity/petrel-notes.js"
};

static const unsigned char file40[] = {
#embed "../../web/js/entity/questions.js"
};

static const unsigned char file41[] = {
#embed "../../web/js/entity/view.js"
};

static const unsigned char file42[] = {
#embed "../../web/js/explore/columns-menu.js"
};

static const unsigned char file43[] = {
#embed "../../web/js/explore/export.js"
};

static const unsigned char file44[] = {
#embed "../../web/js/explore/follow.js"
};

static const unsigned char file45[] = {
#embed "../../web/js/explore/main.js"
};

static const unsigned char file46[] = {
#embed "../../web/js/explore/parts.js"
};

static const unsigned char file47[] = {
#embed "../../web/js/explore/petrel-explore.js"
};

static const unsigned char file48[] = {
#embed "../../web/js/explore/questions.js"
};

static const unsigned char file49[] = {
#embed "../../web/js/explore/row-source.js"
};

static const unsigned char file50[] = {
#embed "../../web/js/explore/toolbar.js"
};

static const unsigned char file51[] = {
#embed "../../web/js/explore/view.js"
};

static const unsigned char file52[] = {
#embed "../../web/js/explore/views-menu.js"
};

static const unsigned char file53[] = {
#embed "../../web/js/fields.js"
};

static const unsigned char file54[] = {
#embed "../../web/js/format.js"
};

static const unsigned char file55[] = {
#embed "../../web/js/fragment.js"
};

static const unsigned char file56[] = {
#embed "../../web/js/kql.js"
};

static const unsigned char file57[] = {
#embed "../../web/js/live/changes.js"
};

static const unsigned char file58[] = {
#embed "../../web/js/live/connection.js"
};

static const unsigned char file59[] = {
#embed "../../web/js/live/election.js"
};

static const unsigned char file60[] = {
#embed "../../web/js/live/feed.js"
};

static const unsigned char file61[] = {
#embed "../../web/js/live/filter.js"
};

static const unsigned char file62[] = {
#embed "../../web/js/live/live-lens.js"
};

static const unsigned char file63[] = {
#embed "../../web/js/live/row.js"
};

static const unsigned char file64[] = {
#embed "../../web/js/live/sse.js"
};

static const unsigned char file65[] = {
#embed "../../web/js/live/state.js"
};

static const unsigned char file66[] = {
#embed "../../web/js/live/viewer-ledger.js"
};

static const unsigned char file67[] = {
#embed "../../web/js/main.js"
};

static const unsigned char file68[] = {
#embed "../../web/js/map/arc-layer.js"
};

static const unsigned char file69[] = {
#embed "../../web/js/map/arc-set.js"
};

static const unsigned char file70[] = {
#embed "../../web/js/map/arc-shape.js"
};

static const unsigned char file71[] = {
#embed "../../web/js/map/base-layer.js"
};

static const unsigned char file72[] = {
#embed "../../web/js/map/camera.js"
};

static const unsigned char file73[] = {
#embed "../../web/js/map/canvas-arcs.js"
};

static const unsigned char file74[] = {
#embed "../../web/js/map/clusters.js"
};

static const unsigned char file75[] = {
#embed "../../web/js/map/curve.js"
};

static const unsigned char file76[] = {
#embed "../../web/js/map/emphasis.js"
};

static const unsigned char file77[] = {
#embed "../../web/js/map/gestures.js"
};

static const unsigned char file78[] = {
#embed "../../web/js/map/glide.js"
};

static const unsigned char file79[] = {
#embed "../../web/js/map/hint.js"
};

static const unsigned char file80[] = {
#embed "../../web/js/map/link.js"
};

static const unsigned char file81[] = {
#embed "../../web/js/map/map-clock.js"
};

static const unsigned char file82[] = {
#embed "../../web/js/map/markers.js"
};

static const unsigned char file83[] = {
#embed "../../web/js/map/night.js"
};

static const unsigned char file84[] = {
#embed "../../web/js/map/options.js"
};

static const unsigned char file85[] = {
#embed "../../web/js/map/pace.js"
};

static const unsigned char file86[] = {
#embed "../../web/js/map/petrel-map-filter.js"
};

static const unsigned char file87[] = {
#embed "../../web/js/map/petrel-map.js"
};

static const unsigned char file88[] = {
#embed "../../web/js/map/picker.js"
};

static const unsigned char file89[] = {
#embed "../../web/js/map/post-marks.js"
};

static const unsigned char file90[] = {
#embed "../../web/js/map/projection.js"
};

static const unsigned char file91[] = {
#embed "../../web/js/map/shaders.js"
};

static const unsigned char file92[] = {
#embed "../../web/js/map/source-places.js"
};

static const unsigned char file93[] = {
#embed "../../web/js/map/sphere.js"
};

static const unsigned char file94[] = {
#embed "../../web/js/map/sun.js"
};

static const unsigned char file95[] = {
#embed "../../web/js/map/tray.js"
};

static const unsigned char file96[] = {
#embed "../../web/js/map/webgl-arcs.js"
};

static const unsigned char file97[] = {
#embed "../../web/js/map/webgl-speed.js"
};

static const unsigned char file98[] = {
#embed "../../web/js/map/world.js"
};

static const unsigned char file99[] = {
#embed "../../web/js/model.js"
};

static const unsigned char file100[] = {
#embed "../../web/js/net.js"
};

static const unsigned char file101[] = {
#embed "../../web/js/noise.js"
};

static const unsigned char file102[] = {
#embed "../../web/js/pivots.js"
};

static const unsigned char file103[] = {
#embed "../../web/js/pointed.js"
};

static const unsigned char file104[] = {
#embed "../../web/js/range.js"
};

static const unsigned char file105[] = {
#embed "../../web/js/replay/missed-note.js"
};

static const unsigned char file106[] = {
#embed "../../web/js/replay/petrel-replay.js"
};

static const unsigned char file107[] = {
#embed "../../web/js/replay/player.js"
};

static const unsigned char file108[] = {
#embed "../../web/js/replay/playhead.js"
};

static const unsigned char file109[] = {
#embed "../../web/js/replay/replay.js"
};

static const unsigned char file110[] = {
#embed "../../web/js/replay/timeline.js"
};

static const unsigned char file111[] = {
#embed "../../web/js/saved-views.js"
};

static const unsigned char file112[] = {
#embed "../../web/js/shell.js"
};

static const unsigned char file113[] = {
#embed "../../web/js/sources/dead-letters.js"
};

static const unsigned char file114[] = {
#embed "../../web/js/sources/main.js"
};

static const unsigned char file115[] = {
#embed "../../web/js/sources/petrel-source-page.js"
};

static const unsigned char file116[] = {
#embed "../../web/js/sources/source-card.js"
};

static const unsigned char file117[] = {
#embed "../../web/js/theme.js"
};

static const unsigned char file118[] = {
#embed "../../web/js/types.js"
};

static const unsigned char file119[] = {
#embed "../../web/js/widgets/bar-list.js"
};

static const unsigned char file120[] = {
#embed "../../web/js/widgets/change-mark.js"
};

static const unsigned char file121[] = {
#embed "../../web/js/widgets/event-cells.js"
};

static const unsigned char file122[] = {
#embed "../../web/js/widgets/event-fields.js"
};

static const unsigned char file123[] = {
#embed "../../web/js/widgets/histogram-shapes.js"
};

static const unsigned char file124[] = {
#embed "../../web/js/widgets/legend-key.js"
};

static const unsigned char file125[] = {
#embed "../../web/js/widgets/long-press.js"
};

static const unsigned char file126[] = {
#embed "../../web/js/widgets/menu.js"
};

static const unsigned char file127[] = {
#embed "../../web/js/widgets/petrel-about.js"
};

static const unsigned char file128[] = {
#embed "../../web/js/widgets/petrel-actions.js"
};

static const unsigned char file129[] = {
#embed "../../web/js/widgets/petrel-drawer.js"
};

static const unsigned char file130[] = {
#embed "../../web/js/widgets/petrel-event.js"
};

static const unsigned char file131[] = {
#embed "../../web/js/widgets/petrel-facets.js"
};

static const unsigned char file132[] = {
#embed "../../web/js/widgets/petrel-help.js"
};

static const unsigned char file133[] = {
#embed "../../web/js/widgets/petrel-histogram.js"
};

static const unsigned char file134[] = {
#embed "../../web/js/widgets/petrel-keys.js"
};

static const unsigned char file135[] = {
#embed "../../web/js/widgets/petrel-legend.js"
};

static const unsigned char file136[] = {
#embed "../../web/js/widgets/petrel-lens.js"
};

static const unsigned char file137[] = {
#embed "../../web/js/widgets/petrel-map-tools.js"
};

static const unsigned char file138[] = {
#embed "../../web/js/widgets/petrel-mode.js"
};

static const unsigned char file139[] = {
#embed "../../web/js/widgets/petrel-nav.js"
};

static const unsigned char file140[] = {
#embed "../../web/js/widgets/petrel-notice.js"
};

static const unsigned char file141[] = {
#embed "../../web/js/widgets/petrel-palette.js"
};

static const unsigned char file142[] = {
#embed "../../web/js/widgets/petrel-query.js"
};

static const unsigned char file143[] = {
#embed "../../web/js/widgets/petrel-range.js"
};

static const unsigned char file144[] = {
#embed "../../web/js/widgets/petrel-rate.js"
};

static const unsigned char file145[] = {
#embed "../../web/js/widgets/petrel-screen.js"
};

static const unsigned char file146[] = {
#embed "../../web/js/widgets/petrel-severity.js"
};

static const unsigned char file147[] = {
#embed "../../web/js/widgets/petrel-sources.js"
};

static const unsigned char file148[] = {
#embed "../../web/js/widgets/petrel-status.js"
};

static const unsigned char file149[] = {
#embed "../../web/js/widgets/petrel-summary.js"
};

static const unsigned char file150[] = {
#embed "../../web/js/widgets/petrel-table.js"
};

static const unsigned char file151[] = {
#embed "../../web/js/widgets/petrel-ticker.js"
};

static const unsigned char file152[] = {
#embed "../../web/js/widgets/petrel-toasts.js"
};

static const unsigned char file153[] = {
#embed "../../web/js/widgets/petrel-tops.js"
};

static const unsigned char file154[] = {
#embed "../../web/js/widgets/petrel-totals.js"
};

static const unsigned char file155[] = {
#embed "../../web/js/widgets/place-view.js"
};

static const unsigned char file156[] = {
#embed "../../web/js/widgets/states.js"
};

static const unsigned char file157[] = {
#embed "../../web/sources.html"
};

static const struct petrel_web_asset assets[] = {
    {"board.html", file0, sizeof file0},
    {"css/base.css", file1, sizeof file1},
    {"css/board.css", file2, sizeof file2},
    {"css/charts.css", file3, sizeof file3},
    {"css/controls.css", file4, sizeof file4},
    {"css/drawer.css", file5, sizeof file5},
    {"css/entity.css", file6, sizeof file6},
    {"css/event.css", file7, sizeof file7},
    {"css/explore.css", file8, sizeof file8},
    {"css/layout.css", file9, sizeof file9},
    {"css/map.css", file10, sizeof file10},
    {"css/panels.css", file11, sizeof file11},
    {"css/replay.css", file12, sizeof file12},
    {"css/sources.css", file13, sizeof file13},
    {"css/table.css", file14, sizeof file14},
    {"css/ticker.css", file15, sizeof file15},
    {"css/tokens.css", file16, sizeof file16},
    {"css/touch.css", file17, sizeof file17},
    {"entity.html", file18, sizeof file18},
    {"explore.html", file19, sizeof file19},
    {"icon.svg", file20, sizeof file20},
    {"index.html", file21, sizeof file21},
    {"js/api.js", file22, sizeof file22},
    {"js/board/board-controls.js", file23, sizeof file23},
    {"js/board/board-lens.js", file24, sizeof file24},
    {"js/board/entry.js", file25, sizeof file25},
    {"js/board/main.js", file26, sizeof file26},
    {"js/board/panels.js", file27, sizeof file27},
    {"js/board/petrel-board.js", file28, sizeof file28},
    {"js/board/settings.js", file29, sizeof file29},
    {"js/board/tone.js", file30, sizeof file30},
    {"js/clipboard.js", file31, sizeof file31},
    {"js/commands.js", file32, sizeof file32},
    {"js/dom.js", file33, sizeof file33},
    {"js/entity/cards.js", file34, sizeof file34},
    {"js/entity/head.js", file35, sizeof file35},
    {"js/entity/kinds.js", file36, sizeof file36},
    {"js/entity/main.js", file37, sizeof file37},
    {"js/entity/petrel-entity.js", file38, sizeof file38},
    {"js/entity/petrel-notes.js", file39, sizeof file39},
    {"js/entity/questions.js", file40, sizeof file40},
    {"js/entity/view.js", file41, sizeof file41},
    {"js/explore/columns-menu.js", file42, sizeof file42},
    {"js/explore/export.js", file43, sizeof file43},
    {"js/explore/follow.js", file44, sizeof file44},
    {"js/explore/main.js", file45, sizeof file45},
    {"js/explore/parts.js", file46, sizeof file46},
    {"js/explore/petrel-explore.js", file47, sizeof file47},
    {"js/explore/questions.js", file48, sizeof file48},
    {"js/explore/row-source.js", file49, sizeof file49},
    {"js/explore/toolbar.js", file50, sizeof file50},
    {"js/explore/view.js", file51, sizeof file51},
    {"js/explore/views-menu.js", file52, sizeof file52},
    {"js/fields.js", file53, sizeof file53},
    {"js/format.js", file54, sizeof file54},
    {"js/fragment.js", file55, sizeof file55},
    {"js/kql.js", file56, sizeof file56},
    {"js/live/changes.js", file57, sizeof file57},
    {"js/live/connection.js", file58, sizeof file58},
    {"js/live/election.js", file59, sizeof file59},
    {"js/live/feed.js", file60, sizeof file60},
    {"js/live/filter.js", file61, sizeof file61},
    {"js/live/live-lens.js", file62, sizeof file62},
    {"js/live/row.js", file63, sizeof file63},
    {"js/live/sse.js", file64, sizeof file64},
    {"js/live/state.js", file65, sizeof file65},
    {"js/live/viewer-ledger.js", file66, sizeof file66},
    {"js/main.js", file67, sizeof file67},
    {"js/map/arc-layer.js", file68, sizeof file68},
    {"js/map/arc-set.js", file69, sizeof file69},
    {"js/map/arc-shape.js", file70, sizeof file70},
    {"js/map/base-layer.js", file71, sizeof file71},
    {"js/map/camera.js", file72, sizeof file72},
    {"js/map/canvas-arcs.js", file73, sizeof file73},
    {"js/map/clusters.js", file74, sizeof file74},
    {"js/map/curve.js", file75, sizeof file75},
    {"js/map/emphasis.js", file76, sizeof file76},
    {"js/map/gestures.js", file77, sizeof file77},
    {"js/map/glide.js", file78, sizeof file78},
    {"js/map/hint.js", file79, sizeof file79},
    {"js/map/link.js", file80, sizeof file80},
    {"js/map/map-clock.js", file81, sizeof file81},
    {"js/map/markers.js", file82, sizeof file82},
    {"js/map/night.js", file83, sizeof file83},
    {"js/map/options.js", file84, sizeof file84},
    {"js/map/pace.js", file85, sizeof file85},
    {"js/map/petrel-map-filter.js", file86, sizeof file86},
    {"js/map/petrel-map.js", file87, sizeof file87},
    {"js/map/picker.js", file88, sizeof file88},
    {"js/map/post-marks.js", file89, sizeof file89},
    {"js/map/projection.js", file90, sizeof file90},
    {"js/map/shaders.js", file91, sizeof file91},
    {"js/map/source-places.js", file92, sizeof file92},
    {"js/map/sphere.js", file93, sizeof file93},
    {"js/map/sun.js", file94, sizeof file94},
    {"js/map/tray.js", file95, sizeof file95},
    {"js/map/webgl-arcs.js", file96, sizeof file96},
    {"js/map/webgl-speed.js", file97, sizeof file97},
    {"js/map/world.js", file98, sizeof file98},
    {"js/model.js", file99, sizeof file99},
    {"js/net.js", file100, sizeof file100},
    {"js/noise.js", file101, sizeof file101},
    {"js/pivots.js", file102, sizeof file102},
    {"js/pointed.js", file103, sizeof file103},
    {"js/range.js", file104, sizeof file104},
    {"js/replay/missed-note.js", file105, sizeof file105},
    {"js/replay/petrel-replay.js", file106, sizeof file106},
    {"js/replay/player.js", file107, sizeof file107},
    {"js/replay/playhead.js", file108, sizeof file108},
    {"js/replay/replay.js", file109, sizeof file109},
    {"js/replay/timeline.js", file110, sizeof file110},
    {"js/saved-views.js", file111, sizeof file111},
    {"js/shell.js", file112, sizeof file112},
    {"js/sources/dead-letters.js", file113, sizeof file113},
    {"js/sources/main.js", file114, sizeof file114},
    {"js/sources/petrel-source-page.js", file115, sizeof file115},
    {"js/sources/source-card.js", file116, sizeof file116},
    {"js/theme.js", file117, sizeof file117},
    {"js/types.js", file118, sizeof file118},
    {"js/widgets/bar-list.js", file119, sizeof file119},
    {"js/widgets/change-mark.js", file120, sizeof file120},
    {"js/widgets/event-cells.js", file121, sizeof file121},
    {"js/widgets/event-fields.js", file122, sizeof file122},
    {"js/widgets/histogram-shapes.js", file123, sizeof file123},
    {"js/widgets/legend-key.js", file124, sizeof file124},
    {"js/widgets/long-press.js", file125, sizeof file125},
    {"js/widgets/menu.js", file126, sizeof file126},
    {"js/widgets/petrel-about.js", file127, sizeof file127},
    {"js/widgets/petrel-actions.js", file128, sizeof file128},
    {"js/widgets/petrel-drawer.js", file129, sizeof file129},
    {"js/widgets/petrel-event.js", file130, sizeof file130},
    {"js/widgets/petrel-facets.js", file131, sizeof file131},
    {"js/widgets/petrel-help.js", file132, sizeof file132},
    {"js/widgets/petrel-histogram.js", file133, sizeof file133},
    {"js/widgets/petrel-keys.js", file134, sizeof file134},
    {"js/widgets/petrel-legend.js", file135, sizeof file135},
    {"js/widgets/petrel-lens.js", file136, sizeof file136},
    {"js/widgets/petrel-map-tools.js", file137, sizeof file137},
    {"js/widgets/petrel-mode.js", file138, sizeof file138},
    {"js/widgets/petrel-nav.js", file139, sizeof file139},
    {"js/widgets/petrel-notice.js", file140, sizeof file140},
    {"js/widgets/petrel-palette.js", file141, sizeof file141},
    {"js/widgets/petrel-query.js", file142, sizeof file142},
    {"js/widgets/petrel-range.js", file143, sizeof file143},
    {"js/widgets/petrel-rate.js", file144, sizeof file144},
    {"js/widgets/petrel-screen.js", file145, sizeof file145},
    {"js/widgets/petrel-severity.js", file146, sizeof file146},
    {"js/widgets/petrel-sources.js", file147, sizeof file147},
    {"js/widgets/petrel-status.js", file148, sizeof file148},
    {"js/widgets/petrel-summary.js", file149, sizeof file149},
    {"js/widgets/petrel-table.js", file150, sizeof file150},
    {"js/widgets/petrel-ticker.js", file151, sizeof file151},
    {"js/widgets/petrel-toasts.js", file152, sizeof file152},
    {"js/widgets/petrel-tops.js", file153, sizeof file153},
    {"js/widgets/petrel-totals.js", file154, sizeof file154},
    {"js/widgets/place-view.js", file155, sizeof file155},
    {"js/widgets/states.js", file156, sizeof file156},
    {"sources.html", file157, sizeof file157},
};

const int petrel_web_asset_count = sizeof assets / sizeof assets[0];

struct petrel_web_asset petrel_web_asset(int index) { return assets[index]; }
