// Three ways to work the app: with a pointer, with the keyboard alone, and by touch. Each fails where a person would be stuck:
// focus that cannot be seen, a control that cannot be reached, a touch target that is too small or covered.
import assert from 'node:assert/strict';
import { locate } from './dom.mjs';
import { until } from './until.mjs';

const MAX_STOPS = 400;
/** GOV.UK touch targets are 44 px; WCAG 2.2 AA asks for 24. Links in text are measured by their line. */
const MIN_TARGET_PX = 44;
const MIN_LINK_PX = 24;
const DOUBLE_TAP_PX = 100;
const DOUBLE_TAP_MS = 400;

/** What all drivers share: how a form is filled once a control has the focus. */
class Driver {
  constructor(page) {
    this.page = page;
  }

  button(name, more = {}) {
    return this.press({ role: 'button', name, ...more });
  }

  link(name, more = {}) {
    return this.press({ role: 'link', name, ...more });
  }

  /** Replaces what the box holds by typing. */
  async fill(name, text, more = {}) {
    const box = await this.focus({ role: 'textbox', name, ...more });
    if ((await box.evaluate((element) => element.value)) !== '') {
      await this.page.keyboard.down('Control');
      await this.page.keyboard.press('a');
      await this.page.keyboard.up('Control');
      await this.page.keyboard.press('Delete');
    }
    await this.page.keyboard.type(text);
    assert.equal(await box.evaluate((element) => element.value), text, `${name} holds what was typed`);
  }

  /** A GOV.UK date input. In: its legend and a date as YYYY-MM-DD. */
  async date(group, isoDate) {
    const [year, month, day] = isoDate.split('-').map((part) => String(Number(part)));
    await this.fill('Day', day, { group });
    await this.fill('Month', month, { group });
    await this.fill('Year', year, { group });
  }

  async #isChecked(query) {
    return (await locate(this.page, query)).evaluate((element) => element.checked);
  }

  /** Chooses one radio of the group with this legend. */
  async choose(group, name) {
    const query = { role: 'radio', name, group };
    if (!(await this.#isChecked(query))) await this.pick(query);
    await until(() => this.#isChecked(query), `${name} is chosen under ${group}`);
  }

  async tick(name, more = {}) {
    const query = { role: 'checkbox', name, ...more };
    if (!(await this.#isChecked(query))) await this.press(query, ' ');
    await until(() => this.#isChecked(query), `${name} is ticked`);
  }
}

export class PointerDriver extends Driver {
  async press(query) {
    await this.focus(query);
  }

  /** Clicks; a control that was drawn anew before the click could reach it is looked for again. */
  async focus(query) {
    for (;;) {
      const element = await locate(this.page, query);
      try {
        await element.click();
        return element;
      } catch (error) {
        if (!/detached from document/.test(error.message)) throw error;
      }
    }
  }

  pick(query) {
    return this.press(query);
  }

  async select(name, option, more = {}) {
    const box = await locate(this.page, { role: 'combobox', name, ...more });
    const value = await box.evaluate((element, label) => [...element.options].find((each) => each.label === label)?.value, option);
    assert.notEqual(value, undefined, `${name} offers ${option}`);
    await box.select(value);
  }
}

export class TouchDriver extends PointerDriver {
  #last = { x: 0, y: 0, atMs: 0 };
  #isLow = false;

  /** Where to touch, once the control is in the middle of the screen and stays where it is; nothing while the screen still changes. */
  async #spot(query) {
    const element = await locate(this.page, query);
    this.#isLow = !this.#isLow;
    return element.evaluate(async (target, isLow) => {
      const place = () => JSON.stringify(target.getBoundingClientRect());
      const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
      target.scrollIntoView({ block: 'center', inline: 'nearest', behavior: 'instant' });
      if (isLow && target.getBoundingClientRect().bottom + 200 < innerHeight) scrollBy({ top: -150, behavior: 'instant' });
      await frame();
      const before = place();
      await frame();
      await frame();
      if (!target.isConnected || place() !== before) return undefined;
      const rect = [...target.getClientRects()].find((each) => each.width > 0);
      const x = rect.left + rect.width / 2;
      const y = rect.top + rect.height / 2;
      const hit = document.elementFromPoint(x, y);
      const isCovered = !(hit && (target.contains(hit) || hit.contains(target) || target.labels?.[0]?.contains(hit)));
      return { x, y, width: rect.width, height: rect.height, isCovered, pageWidth: document.documentElement.scrollWidth, screenWidth: document.documentElement.clientWidth, isLink: target.localName === 'a' || target.localName === 'summary', by: hit?.outerHTML.slice(0, 100) };
    }, this.#isLow);
  }

  /** Two touches of one place within this time are one double tap to the browser; no person works a form that fast. */
  async #tap({ x, y }) {
    const isNear = Math.hypot(x - this.#last.x, y - this.#last.y) < DOUBLE_TAP_PX;
    if (isNear) await until(() => performance.now() - this.#last.atMs > DOUBLE_TAP_MS, 'the time of a double tap is over');
    await this.page.touchscreen.tap(x, y);
    this.#last = { x, y, atMs: performance.now() };
  }

  async press(query) {
    const spot = await until(() => this.#spot(query), `${query.role} "${query.name}" stands still`);
    assert.ok(!spot.isCovered, `${query.role} "${query.name}" can be touched; it is covered by ${spot.by}`);
    assert.ok(spot.pageWidth <= spot.screenWidth, `the page is no wider than the screen: ${spot.pageWidth} and ${spot.screenWidth}`);
    const least = spot.isLink ? MIN_LINK_PX : MIN_TARGET_PX;
    // Lines may be given in fractions of a pixel.
    assert.ok(spot.height >= least - 0.5 && spot.width >= MIN_LINK_PX, `${query.role} "${query.name}" is large enough to touch: ${spot.width} x ${spot.height}`);
    await this.#tap(spot);
  }

  async focus(query) {
    await this.press(query);
    const element = await locate(this.page, query);
    await until(() => element.evaluate((target) => document.activeElement === target), `touching puts the cursor into ${query.name}`);
    return element;
  }
}

/**
 * Runs in the page at each stop. Remembers how the focused element looks; at the next stop the element just left must look
 * different, or nobody could have seen that it had the focus. Out: what is wrong, or nothing.
 */
function watchFocus() {
  const PROPERTIES = ['outlineStyle', 'outlineWidth', 'outlineColor', 'boxShadow', 'backgroundColor', 'color', 'borderTopColor', 'borderTopWidth', 'borderBottomColor', 'borderBottomWidth', 'textDecorationThickness'];
  const look = (element) => {
    const parts = [[element, null], [element, '::before'], [element, '::after']];
    const label = element.labels?.[0];
    if (label) parts.push([label, null], [label, '::before'], [label, '::after']);
    if (element.localName === 'summary') parts.push([element.firstElementChild ?? element, null]);
    return parts.map(([each, pseudo]) => {
      const style = getComputedStyle(each, pseudo);
      return PROPERTIES.map((name) => style[name]).join(';');
    }).join('\n');
  };
  const problems = [];
  const watch = (globalThis.fkFocusWatch ??= { last: undefined });
  const { last } = watch;
  const at = document.activeElement;
  const say = (element) => `${element.localName}#${element.id} "${(element.labels?.[0] ?? element).textContent.trim().slice(0, 40)}"`;
  if (last && last.element !== at && last.element.isConnected && look(last.element) === last.look) problems.push(`${say(last.element)} looks the same with focus and without`);
  watch.last = undefined;
  if (at === document.body || at === document.documentElement || at === null) return problems;
  const rect = at.getBoundingClientRect();
  const x = Math.min(Math.max(rect.left + rect.width / 2, 0), innerWidth - 1);
  const isInView = rect.width > 0 && rect.height > 0 && rect.bottom > 0 && rect.top < innerHeight && rect.right > 0 && rect.left < innerWidth;
  if (!isInView) problems.push(`${say(at)} has the focus out of sight`);
  else {
    const y = (Math.max(rect.top, 0) + Math.min(rect.bottom, innerHeight)) / 2;
    const hit = document.elementFromPoint(x, Math.min(y, innerHeight - 1));
    if (!(hit && (at.contains(hit) || hit.contains(at) || at.labels?.[0]?.contains(hit)))) problems.push(`${say(at)} has the focus behind ${hit?.outerHTML.slice(0, 80)}`);
  }
  watch.last = { element: at, look: look(at) };
  return problems;
}

export class KeyboardDriver extends Driver {
  /** One press of a key, then the check that focus can be seen. */
  async key(name, { shift = false } = {}) {
    if (shift) await this.page.keyboard.down('Shift');
    await this.page.keyboard.press(name);
    if (shift) await this.page.keyboard.up('Shift');
  }

  async #step(isBack) {
    await this.key('Tab', { shift: isBack });
    const problems = await this.page.evaluate(watchFocus);
    assert.deepEqual(problems, [], 'focus can be seen');
  }

  /** Tabs, forwards or backwards, until the element has the focus. `isNear` accepts another stop, such as a radio of the same group. */
  async #tabTo(query, isNear) {
    let element = await locate(this.page, query);
    const arrived = () => element.evaluate((target, near) => {
      const at = document.activeElement;
      return at === target || (near && at.type === 'radio' && at.name === target.name && at.form === target.form);
    }, isNear);
    const isBack = await element.evaluate((target) => (document.activeElement.compareDocumentPosition(target) & Node.DOCUMENT_POSITION_PRECEDING) !== 0);
    for (let stops = 0; !(await arrived()); stops++) {
      if (stops > MAX_STOPS) throw new Error(`${query.role} "${query.name}" is not reached with the Tab key`);
      await this.#step(isBack);
      // The screen may have been drawn anew while its data arrived.
      if (!(await element.evaluate((target) => target.isConnected))) element = await locate(this.page, query);
    }
    return element;
  }

  async focus(query) {
    return this.#tabTo(query, false);
  }

  /** Buttons and boxes by Space, links by Enter, as the platform has it. */
  async press(query) {
    const element = await this.#tabTo(query, false);
    const isSpace = await element.evaluate((target) => target.matches('input[type=checkbox], summary'));
    await this.key(isSpace ? 'Space' : 'Enter');
  }

  /** Radios: one stop for the group, arrows within it. */
  async pick(query) {
    const element = await this.#tabTo(query, true);
    const distance = () => element.evaluate((target) => {
      const group = [...document.querySelectorAll('input[type=radio]')].filter((each) => each.name === target.name && each.form === target.form);
      return group.indexOf(target) - group.indexOf(document.activeElement);
    });
    for (let left = await distance(), turns = 0; left !== 0; left = await distance(), turns++) {
      if (turns > MAX_STOPS) throw new Error(`radio "${query.name}" is not reached with the arrow keys`);
      await this.key(left > 0 ? 'ArrowDown' : 'ArrowUp');
    }
    if (!(await element.evaluate((target) => target.checked))) await this.key('Space');
  }

  async select(name, option, more = {}) {
    const box = await this.#tabTo({ role: 'combobox', name, ...more }, false);
    const distance = () => box.evaluate((element, label) => [...element.options].findIndex((each) => each.label === label) - element.selectedIndex, option);
    for (let left = await distance(), turns = 0; left !== 0; left = await distance(), turns++) {
      if (turns > MAX_STOPS) throw new Error(`${name} does not offer ${option} to the arrow keys`);
      await this.key(left > 0 ? 'ArrowDown' : 'ArrowUp');
    }
  }

  /**
   * Walks through every stop of the page once. Every control that can be seen must be among them (radios as one stop for a group),
   * and Tab must leave the page at its end. Out: the number of stops.
   */
  async walk() {
    await this.page.evaluate(() => {
      globalThis.fkFocusWatch = undefined;
      globalThis.fkVisited = new Set();
      document.activeElement?.blur();
      // The walk begins at the top, wherever the app put the focus.
      const start = document.createElement('span');
      start.tabIndex = -1;
      document.body.prepend(start);
      start.focus();
      start.remove();
    });
    for (let stops = 0; stops < MAX_STOPS; stops++) {
      await this.#step(false);
      const isAround = await this.page.evaluate(() => {
        const at = document.activeElement;
        if (at === document.body || globalThis.fkVisited.has(at)) return true;
        globalThis.fkVisited.add(at);
        return false;
      });
      if (isAround) {
        const missed = await this.page.evaluate(() => {
          const visited = [...globalThis.fkVisited];
          const isReached = (element) => visited.includes(element) || (element.type === 'radio' && visited.some((each) => each.type === 'radio' && each.name === element.name));
          return [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
            .filter((element) => !element.disabled && element.checkVisibility({ visibilityProperty: true }) && !isReached(element))
            .map((element) => element.outerHTML.slice(0, 120));
        });
        assert.deepEqual(missed, [], 'every control is reached with the Tab key');
        return stops;
      }
    }
    throw new Error('the Tab key never leaves this page');
  }
}
