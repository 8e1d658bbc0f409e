/**
 * <petrel-notes>: what people wrote about a thing, kept on the server. A note is plain text. Whoever changes a note that somebody else
 * has changed meanwhile is shown the other text and keeps their own. What others write, change or remove is shown when it happens; what is
 * being written here stays as it is.
 */

import { ask, isAbort, Refusal, send } from '../api.js';
import { h, setText } from '../dom.js';
import { ago, count, counted, stamp, utc } from '../format.js';
import { changes } from '../live/changes.js';
import { toast } from '../widgets/petrel-toasts.js';

/** As the server has it; it counts Unicode scalars. */
const MOST_CHARACTERS = 4000;
/** From here on the form says how many are left. */
const FEW_LEFT = 200;
const PAGE = 200;
const STALE = 412;

/** @typedef {{id: string, text: string, created: string, changed: string|null, tag: string}} Note */

customElements.define('petrel-notes', class extends HTMLElement {
  #kind = '';
  #value = '';
  #number = h('span.quiet');
  #list = h('ul.note-list');
  #fault = h('p.note-fault', { hidden: true, role: 'alert' });
  #add = h('button.tool.small', { type: 'button', text: 'Write a note', data: { testid: 'note-write' }, on: { click: () => this.#write() } });
  #place = h('div');
  /** @type {AbortController} */
  #abort = new AbortController();

  connectedCallback() {
    if (!this.#isWatching) changes.watch('notes', () => this.#kind && this.#load());
    this.#isWatching = true;
  }

  #isWatching = false;

  /** @param {string} kind @param {string} value */
  show(kind, value) {
    this.#kind = kind;
    this.#value = value;
    this.replaceChildren(h('section.page-section', { 'aria-labelledby': 'notes-title' },
      h('div.note-head', {}, h('h2.section-title', { id: 'notes-title' }, 'Notes ', this.#number), this.#add), this.#fault, this.#place, this.#list));
    this.#load();
  }

  async #load() {
    this.#abort.abort();
    this.#abort = new AbortController();
    try {
      const { notes } = await ask('notes', { kind: this.#kind, value: this.#value, limit: PAGE }, this.#abort.signal);
      this.#show(notes);
      return notes;
    } catch (error) {
      if (!isAbort(error)) this.#showFault(`The notes are not there: ${error.message}`);
      return [];
    }
  }

  /** Makes the list what the notes are. Rows that say so already are not touched, nor is one in which somebody writes. @param {Note[]} notes newest first */
  #show(notes) {
    this.#fault.hidden = true;
    this.dataset.count = String(notes.length);
    setText(this.#number, notes.length ? counted(notes.length, 'note') : 'none yet');
    const shown = new Map([...this.#list.children].map((row) => [/** @type {HTMLElement} */ (row).dataset.id, /** @type {HTMLElement} */ (row)]));
    let place = this.#list.firstElementChild;
    for (const note of notes) {
      let row = shown.get(note.id);
      shown.delete(note.id);
      if (!row) this.#list.insertBefore(this.#row(note), place);
      else {
        if (row.dataset.tag !== note.tag) row = this.#renew(row, note);
        place = row.nextElementSibling;
      }
    }
    for (const row of shown.values()) {
      if (isWrittenIn(row)) tellWriter(row, 'Somebody has removed this note meanwhile.');
      else row.remove();
    }
  }

  /** Shows what a note has become, unless somebody writes in its row. @param {HTMLElement} row @param {Note} note */
  #renew(row, note) {
    if (isWrittenIn(row)) {
      tellWriter(row, 'Somebody has changed this note meanwhile; saving shows you their text first.');
      return row;
    }
    const fresh = this.#row(note);
    const hadFocus = row.contains(document.activeElement);
    row.replaceWith(fresh);
    if (hadFocus) /** @type {HTMLElement|null} */ (fresh.querySelector('button'))?.focus();
    return fresh;
  }

  #showFault(text) {
    this.#fault.hidden = false;
    setText(this.#fault, text);
  }

  /** @param {Note} note */
  #row(note) {
    const [created, changed] = [Date.parse(note.created), note.changed === null ? null : Date.parse(note.changed)];
    const now = Date.now();
    const time = (at, before) => h('time', { text: `${before}${stamp(at)}`, title: `${ago(at, now)}, ${utc(at)}` });
    const row = h('li.note', { data: { testid: 'note', id: note.id, tag: note.tag } }, h('p.note-text', { text: note.text }),
      h('div.note-foot', {}, h('span.quiet', {}, time(created, ''), changed === null ? null : ' · ', changed === null ? null : time(changed, 'changed ')),
        h('button.tool.small', { type: 'button', text: 'Change', data: { testid: 'note-change' }, on: { click: () => row.replaceChildren(this.#form(note, () => row.replaceWith(this.#row(note)))) } }),
        this.#removeButton(note)));
    return row;
  }

  /** Removes on the second click: what is removed is gone. @param {Note} note */
  #removeButton(note) {
    let isSure = false;
    const ask = (sure) => {
      isSure = sure;
      button.textContent = sure ? 'Remove for good?' : 'Remove';
      button.classList.toggle('bad', sure);
    };
    const button = h('button.tool.small', { type: 'button', text: 'Remove', data: { testid: 'note-remove' }, on: {
      click: () => (isSure ? this.#remove(note) : ask(true)), blur: () => ask(false),
    } });
    return button;
  }

  #write() {
    this.#add.hidden = true;
    this.#place.replaceChildren(this.#form(null, () => this.#leave()));
  }

  #leave() {
    this.#place.replaceChildren();
    this.#add.hidden = false;
    this.#add.focus();
  }

  /** @param {Note|null} note the one that is changed; null for a new one @param {() => void} leave */
  #form(note, leave) {
    const field = /** @type {HTMLTextAreaElement} */ (h('textarea.note-field', {
      rows: 4, required: true, 'aria-label': note ? 'Text of the note' : 'New note', placeholder: 'Plain text', data: { testid: 'note-field' } }));
    field.value = note?.text ?? '';
    const said = h('span.note-said', { role: 'status', data: { testid: 'note-said' } });
    const save = /** @type {HTMLButtonElement} */ (h('button.tool.small.primary', { type: 'submit', text: 'Save', data: { testid: 'note-save' } }));
    const form = h('form.note-form', {}, field, h('div.note-foot', {}, said, h('button.tool.small', { type: 'button', text: 'Cancel', on: { click: leave } }), save));
    let tag = note?.tag ?? null;
    field.addEventListener('input', () => {
      const left = MOST_CHARACTERS - Array.from(field.value.trim()).length;
      save.disabled = left < 0;
      setText(said, left < 0 ? `${count(-left)} characters too many` : left <= FEW_LEFT ? `${count(left)} characters left` : '');
    });
    form.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') leave();
      else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) /** @type {HTMLFormElement} */ (form).requestSubmit();
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    form.addEventListener('submit', async (event) => {
      event.preventDefault();
      save.disabled = true;
      form.dataset.state = 'saving';
      try {
        if (tag) await send(`api/v1/notes/${note.id}`, { text: field.value }, { method: 'PUT', tag });
        else await send('api/v1/notes', { kind: this.#kind, value: this.#value, text: field.value });
        form.dataset.state = 'saved';
        if (!note) this.#leave();
        await this.#load();
        if (note) /** @type {HTMLElement|null} */ (this.#list.querySelector(`[data-id="${note.id}"] button`))?.focus();
      } catch (error) {
        save.disabled = false;
        form.dataset.state = '';
        setText(said, error.message);
        if (error instanceof Refusal && error.status === STALE) tag = await this.#newest(note.id, said) ?? tag;
      }
    });
    queueMicrotask(() => field.focus());
    return form;
  }

  /** What a note that somebody else has changed is now; its text is shown beside the form. @returns {Promise<string|null>} its tag */
  async #newest(id, said) {
    const { notes } = await ask('notes', { kind: this.#kind, value: this.#value, limit: PAGE });
    const found = notes.find((note) => note.id === id);
    said.replaceChildren(found ? 'Somebody has changed this note meanwhile. Save again to put your text in place of: ' : 'Somebody has removed this note meanwhile.',
      found ? h('q.note-other', { text: found.text }) : '');
    return found?.tag ?? null;
  }

  /** @param {Note} note */
  async #remove(note) {
    try {
      await send(`api/v1/notes/${note.id}`, null, { method: 'DELETE', tag: note.tag });
      await this.#load();
      this.#add.focus();
      toast('The note is removed');
    } catch (error) {
      toast(`The note stays: ${error.message}`, true);
      await this.#load();
    }
  }
});

/** Whether a row holds a form whose text is not on the server yet. @param {HTMLElement} row */
const isWrittenIn = (row) => row.querySelector('form:not([data-state="saved"])') !== null;

/** Says something below what somebody writes, unless their saving says something itself. @param {HTMLElement} row @param {string} text */
function tellWriter(row, text) {
  if (row.querySelector('form[data-state="saving"]')) return;
  const said = /** @type {HTMLElement} */ (row.querySelector('.note-said'));
  if (!said.querySelector('q')) setText(said, text);
}
