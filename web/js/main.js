/**
 * Starts the map page: gives every widget the model, and the keyboard its shortcuts.
 */

import { fragmentValue } from './fragment.js';
import { both } from './kql.js';
import { MapLink } from './map/link.js';
import './map/petrel-map.js';
import './map/petrel-map-filter.js';
import { Model } from './model.js';
import { exploreAddress } from './pivots.js';
import { missedNote } from './replay/missed-note.js';
import './replay/petrel-replay.js';
import { Replay, SPEEDS } from './replay/replay.js';
import { startShell } from './shell.js';
import { toggleTheme } from './theme.js';
import './widgets/petrel-about.js';
import './widgets/petrel-actions.js';
import './widgets/petrel-drawer.js';
import './widgets/petrel-help.js';
import './widgets/petrel-legend.js';
import './widgets/petrel-map-tools.js';
import './widgets/petrel-mode.js';
import './widgets/petrel-notice.js';
import './widgets/petrel-rate.js';
import './widgets/petrel-screen.js';
import './widgets/petrel-severity.js';
import './widgets/petrel-sources.js';
import './widgets/petrel-status.js';
import './widgets/petrel-ticker.js';
import './widgets/petrel-tops.js';
import './widgets/petrel-totals.js';

const model = new Model();
const find = (selector) => document.querySelector(selector);

for (const name of ['mode', 'status', 'notice', 'legend', 'totals', 'rate', 'severity', 'sources', 'screen', 'tops',
  'ticker', 'drawer', 'map-filter']) {
  find(`petrel-${name}`).connect(model);
}
const map = find('petrel-map');
map.addressOf = (query) => {
  const { from, to } = model.snapshot.window;
  return exploreAddress(both(model.counted, query), { from: Math.floor(from), to: Math.ceil(to) });
};
map.connect(model, find('.free'));
find('petrel-map-tools').connect(map);
find('petrel-screen').watch(map);

const replay = new Replay(model);
const bar = find('petrel-replay');
bar.connect(model, replay);
find('petrel-notice').append(missedNote(replay, model));
find('petrel-drawer').addEventListener('narrow', ({ detail }) => find('petrel-map-filter').narrow(detail));

const actions = {
  pause: () => (bar.hidden ? model.togglePause() : bar.toggle()),
  replay: () => bar.toggleBar(),
  theme: toggleTheme,
  fullscreen: toggleFullscreen,
  view: () => map.toggleView(),
  night: () => map.options.toggleNight(),
  noise: () => find('petrel-map-filter').toggleNoise(),
  emphasis: () => map.options.toggleEmphasis(),
  help: () => find('petrel-help').toggle(),
  about: () => find('petrel-about').toggle(),
};
find('petrel-actions').connect(model, actions);

startShell({
  keys: {
    ' ': actions.pause, f: actions.fullscreen, v: actions.view, n: actions.night, e: actions.emphasis, '?': actions.help, r: actions.replay, '.': () => replay.step(), o: () => replay.toggleLoop(), b: () => replay.leave(),
    '[': () => changeSpeed(-1), ']': () => changeSpeed(1), '/': () => find('petrel-map-filter').toggle(true), h: actions.noise,
  },
  commands: () => [
    { name: 'Time bar: replay what is stored', hint: 'r', perform: actions.replay }, { name: 'Filter the map by a query', hint: '/', perform: () => find('petrel-map-filter').toggle(true) },
    { name: 'Hide noise, or show it', hint: 'h', perform: actions.noise }, { name: 'Pause the picture', hint: 'space', perform: actions.pause }, { name: 'Full screen', hint: 'f', perform: actions.fullscreen },
    { name: 'Globe or flat map', hint: 'v', perform: actions.view }, { name: 'Day and night on the map', hint: 'n', perform: actions.night },
    { name: 'Emphasis by volume or by surprise', hint: 'e', perform: actions.emphasis },
    { name: 'About Petrel and its data', perform: actions.about },
  ],
});

for (const tab of document.querySelectorAll('.tabs button')) {
  tab.addEventListener('click', () => {
    document.body.dataset.tab = tab.dataset.tab;
    for (const other of document.querySelectorAll('.tabs button')) other.setAttribute('aria-pressed', String(other === tab));
  });
}

/** @param {number} by */
function changeSpeed(by) {
  replay.setSpeed(SPEEDS[SPEEDS.indexOf(replay.speed) + by] ?? replay.speed);
}

/** A browser may refuse; the page then stays as it is. */
function toggleFullscreen() {
  const change = document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen();
  change.catch(() => {});
}

function openLinkedEvent() {
  const id = fragmentValue('event');
  if (id) model.select({ kind: 'event', id });
}
addEventListener('hashchange', openLinkedEvent);
openLinkedEvent();

new MapLink(model, replay, bar, find('petrel-map').camera);
model.start();
