// Checks of a screen that a machine can make: axe, reflow at 320 px and at 400 % zoom, pictures.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const { source: AXE_SOURCE } = createRequire(import.meta.url)('axe-core');
const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

export const SCREENS_DIR = fileURLToPath(new URL('../../../build/screens/', import.meta.url));
const SCREEN_HEIGHTS = { 360: 780, 768: 1024, 1280: 900 };

/** No violation of axe's WCAG 2.2 A and AA rules and best practices. The page's own policy stays in force: axe comes in through the debugger. */
export async function assertAxe(page, what) {
  // From the top: a link half under the sticky bar would be measured as half a target.
  await page.evaluate(() => scrollTo({ top: 0, behavior: 'instant' }));
  if (!(await page.evaluate(() => typeof globalThis.axe === 'object'))) await page.evaluate(AXE_SOURCE);
  const violations = await page.evaluate(async (tags) => {
    const result = await globalThis.axe.run(document, { runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'] });
    return result.violations.map((each) => `${each.id}: ${each.help} -- ${each.nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
  }, AXE_TAGS);
  assert.deepEqual(violations, [], `axe on ${what}`);
}

/** Runs in the page. Out: everything that needs sideways scrolling, is cut off, or has a word of a control on two lines. */
function overflowing() {
  const width = document.documentElement.clientWidth;
  const problems = [];
  for (const element of document.body.querySelectorAll('[hidden]')) {
    if (element.getClientRects().length > 0) problems.push(`hidden, and shown: ${element.outerHTML.slice(0, 80)}`);
  }
  if (document.documentElement.scrollWidth > width) problems.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} > ${width}`);
  const isHiddenOnPurpose = (element) => element.closest('.govuk-visually-hidden, .govuk-visually-hidden-focusable, .govuk-skip-link') !== null;
  const hasOwnText = (element) => [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '');
  const scrolls = (element) => {
    for (let at = element; at; at = at.parentElement) if (/auto|scroll/.test(getComputedStyle(at).overflowX) && at !== document.documentElement && at !== document.body) return true;
    return false;
  };
  const brokenWord = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const lines = new Set([...range.getClientRects()].filter((rect) => rect.width > 1).map((rect) => Math.round(rect.top)));
    return lines.size > element.textContent.trim().split(/\s+/).length;
  };
  for (const element of document.body.querySelectorAll('*')) {
    const isControl = element.matches('input, select, textarea, button, img, svg, progress');
    if (!isControl && !hasOwnText(element)) continue;
    if (!element.checkVisibility({ visibilityProperty: true }) || isHiddenOnPurpose(element) || scrolls(element)) continue;
    const rect = element.getBoundingClientRect();
    const say = `${element.localName}.${element.className.baseVal ?? element.className} "${element.textContent.trim().slice(0, 40)}"`;
    if (rect.width > 0 && (rect.right > width + 0.5 || rect.left < -0.5)) problems.push(`out of the page: ${say} ${Math.round(rect.left)} to ${Math.round(rect.right)}`);
    const style = getComputedStyle(element);
    const isCut = (style.overflowX !== 'visible' && element.scrollWidth > element.clientWidth + 1) || (/hidden|clip/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1);
    if (isCut && !element.matches('input, textarea, select')) problems.push(`text cut off: ${say}`);
    if (element.matches('button, nav a') && brokenWord(element)) problems.push(`a word is broken: ${say}`);
    if (element.localName === 'select' && element.clientWidth > width) problems.push(`wider than the page: ${say}`);
  }
  return problems;
}

/** Runs in the page. Out: height in pixels of what stays in place while the page scrolls. */
function fixedHeight() {
  return [...document.body.querySelectorAll('*')]
    .filter((element) => /fixed|sticky/.test(getComputedStyle(element).position) && element.checkVisibility())
    .reduce((sum, element) => sum + element.getBoundingClientRect().height, 0);
}

/** One column at 320 px, and at 400 % zoom of a 1280 x 1024 window, which is 320 x 256 CSS pixels. */
export async function assertReflow(page, what) {
  await page.setViewport({ width: 320, height: 640 });
  assert.deepEqual(await page.evaluate(overflowing), [], `${what} at 320 px`);
  await page.setViewport({ width: 320, height: 256, deviceScaleFactor: 4 });
  assert.deepEqual(await page.evaluate(overflowing), [], `${what} at 400 % zoom`);
  assert.ok((await page.evaluate(fixedHeight)) <= 128, `${what} at 400 % zoom leaves half of the window for reading`);
}

/** Pictures of a whole screen at these widths (of SCREEN_HEIGHTS), as build/screens/NAME-WIDTH.png. Out: their paths. */
export async function takePictures(page, name, widths) {
  mkdirSync(SCREENS_DIR, { recursive: true });
  const files = [];
  for (const width of widths) {
    await page.setViewport({ width, height: SCREEN_HEIGHTS[width] });
    await page.evaluate(() => {
      document.activeElement?.blur();
      scrollTo({ top: 0, behavior: 'instant' });
    });
    const file = path.join(SCREENS_DIR, `${name}-${width}.png`);
    await page.screenshot({ path: file, fullPage: true });
    files.push(file);
  }
  return files;
}
