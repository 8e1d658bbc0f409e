/**
 * <petrel-palette>: one field for going somewhere, looking something up and doing something.
 */

import { h } from '../dom.js';

const MOST = 40;

/**
 * @typedef {object} Command
 * @property {string} name
 * @property {string} [group]
 * @property {string} [hint] what stands at the right: a key, a kind
 * @property {string} [href] where it leads; else
 * @property {() => void} [perform] what it does
 */

customElements.define('petrel-palette', class extends HTMLElement {
  #field = /** @type {HTMLInputElement} */ (h('input.palette-field', {
    type: 'text', role: 'combobox', 'aria-expanded': 'true', 'aria-controls': 'palette-list', 'aria-label': 'Search and commands', autocomplete: 'off', spellcheck: 'false',
    placeholder: 'An address, CVE, port, rule … or a command', data: { testid: 'palette-field' },
  }));
  #list = h('div.palette-list', { id: 'palette-list', role: 'listbox', 'aria-label': 'What can be done' });
  #dialog = /** @type {HTMLDialogElement} */ (h('dialog.palette', { 'aria-label': 'Search and commands', data: { testid: 'palette' } }, this.#field, this.#list));
  /** @type {Command[]} */
  #shown = [];
  #chosen = 0;
  /** All commands for what is written. @type {(text: string) => Command[]} */
  commands = () => [];

  connectedCallback() {
    this.append(this.#dialog);
    this.#field.addEventListener('input', () => this.#update());
    this.#field.addEventListener('keydown', (event) => {
      const move = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (move) this.#choose(this.#chosen + move);
      else if (event.key === 'Enter') this.#perform(this.#chosen);
      else return;
      event.preventDefault();
    });
    this.#list.addEventListener('click', (event) => {
      const item = /** @type {HTMLElement} */ (event.target).closest('.palette-item');
      if (item) this.#perform(Number(item.dataset.index));
    });
    this.#dialog.addEventListener('click', (event) => event.target === this.#dialog && this.#dialog.close());
  }

  /** Opens or closes. @returns {boolean} whether it is open now */
  toggle() {
    if (this.#dialog.open) this.#dialog.close();
    else {
      this.#field.value = '';
      this.#update();
      this.#dialog.showModal();
    }
    return this.#dialog.open;
  }

  /** Shows what can be done by now; what is chosen stays chosen. */
  refresh() {
    if (!this.#dialog.open) return;
    const chosen = this.#shown[this.#chosen];
    this.#update();
    const index = this.#shown.findIndex(({ name, group }) => name === chosen?.name && group === chosen?.group);
    if (index > 0) this.#choose(index);
  }

  #update() {
    const text = this.#field.value.trim();
    this.#shown = this.commands(text).slice(0, MOST);
    const children = [];
    let group;
    this.#shown.forEach((command, index) => {
      if (command.group !== group) children.push(h('h3', { role: 'presentation', text: command.group }));
      group = command.group;
      children.push(h('div.palette-item', { role: 'option', id: `command-${index}`, 'aria-selected': 'false', data: { index, testid: 'command' } },
        h('span.palette-name', { text: command.name }), command.hint ? h('span.quiet', { text: command.hint }) : null));
    });
    this.#list.replaceChildren(...(children.length ? children : [h('div.palette-empty', { role: 'option', 'aria-selected': 'false', text: 'Nothing of that name.' })]));
    this.#chosen = 0;
    if (this.#shown.length) this.#choose(0);
  }

  #choose(index) {
    if (!this.#shown.length) return;
    this.#list.querySelector('[aria-selected="true"]')?.setAttribute('aria-selected', 'false');
    this.#chosen = (index + this.#shown.length) % this.#shown.length;
    const item = this.#list.querySelector(`#command-${this.#chosen}`);
    item.setAttribute('aria-selected', 'true');
    item.scrollIntoView({ block: 'nearest' });
    this.#field.setAttribute('aria-activedescendant', item.id);
  }

  #perform(index) {
    const command = this.#shown[index];
    if (!command) return;
    this.#dialog.close();
    if (command.href) location.assign(command.href);
    else command.perform();
  }
});
