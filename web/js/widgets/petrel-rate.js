/**
 * <petrel-rate>: events a second now, against the last hour.
 */

import { h, setText } from '../dom.js';
import { rate } from '../format.js';

const SVG = 'http://www.w3.org/2000/svg';
/** A half circle of radius 50 around (60, 58). */
const DIAL = 'M10 58a50 50 0 0 1 100 0';
const STEPS = [1, 2, 5];

/** The smallest of 0.1, 0.2, 0.5, 1, 2, 5, 10 … that is not below. @param {number} value */
function niceCeiling(value) {
  for (let magnitude = 0.1; ; magnitude *= 10) {
    const step = STEPS.find((candidate) => candidate * magnitude >= value);
    if (step) return step * magnitude;
  }
}

const part = (name, attributes) => {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  return element;
};

customElements.define('petrel-rate', class extends HTMLElement {
  #value = part('path', { d: DIAL, class: 'dial-value', pathLength: '100', 'stroke-dasharray': '0 200' });
  #mark = part('path', { d: 'M4 58h12', class: 'dial-mark', visibility: 'hidden' });
  #now = h('output.dial-number', { data: { testid: 'rate-now' } });
  #hour = h('span', { data: { testid: 'rate-hour' } });
  #most = h('span.dial-most');
  #span = h('span', {});
  #mean = h('p.quiet.dial-hour', { hidden: true }, h('i.dial-key'), this.#span, ' ', this.#hour);

  /** @param {import('../model.js').Model} model */
  connect(model) {
    const dial = part('svg', { viewBox: '0 0 120 64', class: 'dial', 'aria-hidden': 'true' });
    dial.append(part('path', { d: DIAL, class: 'dial-track' }), this.#value, this.#mark);
    this.append(h('h2', {}, 'Rate ', h('span.quiet', { text: 'events a second' })),
      h('div.dial-box', {}, dial, this.#now, h('span.dial-least', { text: '0' }), this.#most),
      this.#mean);
    model.addEventListener('change', () => this.#show(model.snapshot));
  }

  #show({ mode, rate: { now, hour } }) {
    const most = niceCeiling(Math.max(now, hour * 2, 0.1));
    this.#mean.hidden = false;
    this.#mark.removeAttribute('visibility');
    setText(this.#span, mode === 'replay' ? 'mean so far' : 'last hour');
    setText(this.#now, rate(now));
    setText(this.#hour, `${rate(hour)}/s`);
    setText(this.#most, rate(most).replace('.0', ''));
    this.#value.setAttribute('stroke-dasharray', `${(100 * now) / most} 200`);
    this.#mark.setAttribute('transform', `rotate(${(180 * hour) / most} 60 58)`);
  }
});
