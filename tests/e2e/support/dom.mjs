// Finds controls the way a person does: by role, accessible name and the group they stand in. Runs in the page.

/**
 * One function that is sent into the page whole, because code in the page sees nothing of this module. `query` is
 * { role, name, group, isPart }: name and group are compared after white space is folded, whole unless isPart; `group` is the legend
 * or heading that the control stands under. Out: the visible elements that match, in document order.
 */
function findInPage(query) {
  const ROLES = {
    button: 'button, [role=button], input[type=submit], input[type=button]',
    link: 'a[href]',
    textbox: 'input:not([type]), input[type=text], input[type=search], input[type=tel], input[type=password], input[type=number], textarea',
    radio: 'input[type=radio]',
    checkbox: 'input[type=checkbox]',
    combobox: 'select',
    summary: 'summary',
    heading: 'h1, h2, h3, h4',
  };
  const fold = (text) => text.replace(/[\s\u00a0]+/g, ' ').trim();
  const isShown = (element) => element.checkVisibility({ visibilityProperty: true }) && element.getClientRects().length > 0;
  const textOf = (node) => {
    if (node.nodeType === Node.TEXT_NODE) return node.data;
    if (node.nodeType !== Node.ELEMENT_NODE || node.getAttribute('aria-hidden') === 'true') return '';
    if (node.matches('input, select, textarea, script, style') || getComputedStyle(node).display === 'none') return '';
    return [...node.childNodes].map(textOf).join(getComputedStyle(node).display === 'inline' ? '' : ' ');
  };
  const nameOf = (element) => {
    const labelledBy = element.getAttribute('aria-labelledby');
    if (labelledBy) return fold(labelledBy.split(' ').map((id) => textOf(document.getElementById(id))).join(' '));
    if (element.hasAttribute('aria-label')) return fold(element.getAttribute('aria-label'));
    if (element.labels && element.labels.length > 0) return fold([...element.labels].map(textOf).join(' '));
    if (element.matches('input[type=submit], input[type=button]')) return fold(element.value);
    return fold(textOf(element));
  };
  const groupsOf = (element) => {
    const names = [];
    for (let at = element.parentElement; at; at = at.parentElement) {
      if (at.matches('fieldset')) names.push(fold(textOf(at.querySelector('legend') ?? at)));
      if (at.matches('[role=group], section, nav, li, tr, div.govuk-summary-list__row, div.govuk-summary-card')) {
        const label = at.getAttribute('aria-labelledby');
        if (label) names.push(fold(textOf(document.getElementById(label) ?? at)));
        if (at.hasAttribute('aria-label')) names.push(fold(at.getAttribute('aria-label')));
        const title = at.querySelector('h2, h3, h4, dt, th');
        if (title) names.push(fold(textOf(title)));
      }
    }
    return names;
  };
  const matches = (actual, wanted) => {
    if (wanted === undefined) return true;
    return query.isPart ? actual.includes(fold(wanted)) : actual === fold(wanted);
  };
  const all = [...document.querySelectorAll(ROLES[query.role])].filter(isShown);
  const found = all.filter((element) => matches(nameOf(element), query.name)
    && (query.group === undefined || groupsOf(element).some((group) => (query.isPart ? group.includes(fold(query.group)) : group === fold(query.group)))));
  if (query.list) return all.map((element) => [nameOf(element), ...groupsOf(element)].join(' < '));
  return query.nth === undefined && found.length !== 1 ? { count: found.length } : found[query.nth ?? 0];
}

const describe = (query) => `${query.role} "${query.name ?? ''}"${query.group ? ` under "${query.group}"` : ''}`;

/** The one visible element that matches, as soon as it is there. More than one is an error unless `nth` picks. */
export async function locate(page, query, limitMs = 20_000) {
  const end = performance.now() + limitMs;
  for (;;) {
    const handle = await page.evaluateHandle(findInPage, query);
    const element = handle.asElement();
    if (element) return element;
    if (performance.now() > end) {
      const count = (await handle.jsonValue())?.count ?? 0;
      const there = await page.evaluate(findInPage, { ...query, list: true });
      const heading = await page.evaluate(() => document.querySelector('h1')?.textContent.trim() ?? '(no heading)');
      throw new Error(`${count} of ${describe(query)} on "${heading}"; there are: ${there.join(' | ')}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Whether one or more match now. */
export async function isThere(page, query) {
  const handle = await page.evaluateHandle(findInPage, { ...query, nth: 0 });
  return handle.asElement() !== null;
}
