/**
 * <petrel-severity>: share of attacks by severity.
 */

import { h, setText } from '../dom.js';
import { count, share } from '../format.js';
import { SEVERITIES } from '../types.js';

customElements.define('petrel-severity', class extends HTMLElement {
  #bars = SEVERITIES.map((severity) => h(`i.severity-${severity}`));
  #rows = SEVERITIES.map((severity) => ({
    share: h('span.number'), count: h('span.number.strong', { data: { testid: `severity-${severity}` } }),
  }));

  /** @param {import('../model.js').Model} model */
  connect(model) {
    this.append(h('h2', { text: 'Severity' }), h('div.stack', { 'aria-hidden': 'true' }, ...this.#bars),
      h('ul.severity-list', {}, ...SEVERITIES.map((severity, index) => h('li', {},
        h(`i.swatch.severity-${severity}`), h('span.name', { text: severity }), this.#rows[index].share, this.#rows[index].count))));
    model.addEventListener('change', () => this.#show(model.snapshot.severity));
  }

  #show(counts) {
    const total = SEVERITIES.reduce((sum, severity) => sum + (counts[severity] ?? 0), 0);
    SEVERITIES.forEach((severity, index) => {
      const value = counts[severity] ?? 0;
      this.#bars[index].style.flexGrow = String(value);
      setText(this.#rows[index].share, share(value, total));
      setText(this.#rows[index].count, count(value));
      this.#rows[index].count.dataset.count = value;
    });
  }
});
