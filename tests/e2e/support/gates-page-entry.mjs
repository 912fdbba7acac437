// Screens that no journey stays on, drawn by the app's own views from their example states: #NAME picks one.
import { render } from 'lit-html';
import { appView } from '../../../web/src/views/app-view.ts';
import { conflictExamples } from '../../../web/src/views/conflicts/conflicts.examples.ts';
import { examples } from '../../../web/src/views/gates/gates.examples.ts';
import { keyExamples } from '../../../web/src/views/keys/keys.examples.ts';
import { readingExamples } from '../../../web/src/views/reading.examples.ts';
import { sharingExamples } from '../../../web/src/views/sharing.examples.ts';
import { shellExamples } from '../../../web/src/views/shell/shell.examples.ts';
import { teamExamples } from '../../../web/src/views/team/team.examples.ts';
import { pageTitle } from '../../../web/src/views/title.ts';

const all = [...examples, ...teamExamples, ...conflictExamples, ...readingExamples, ...keyExamples, ...sharingExamples, ...shellExamples];
/** Nothing on these screens is pressed by the test; each action only has to be there. */
const actions = new Proxy({}, { get: () => () => undefined });

function draw() {
  const name = location.hash.slice(1);
  const { state } = all.find((each) => each.name === name);
  render(appView(state, actions), document.getElementById('app'));
  document.title = pageTitle(state);
  document.documentElement.dataset.example = name;
}

globalThis.fkExamples = { gates: examples.map(({ name }) => name), team: [...teamExamples, ...conflictExamples, ...readingExamples, ...keyExamples, ...sharingExamples, ...shellExamples].map(({ name }) => name) };
addEventListener('hashchange', draw);
