// The screens without an open vault, drawn by the app's own views from their example states: #NAME picks one.
import { render } from 'lit-html';
import { appView } from '../../../web/src/views/app-view.ts';
import { examples } from '../../../web/src/views/gates/gates.examples.ts';
import { pageTitle } from '../../../web/src/views/title.ts';

/** Nothing on these screens is pressed by the test; each action only has to be there. */
const actions = new Proxy({}, { get: () => () => undefined });

function draw() {
  const name = location.hash.slice(1);
  const { state } = examples.find((each) => each.name === name);
  render(appView(state, actions), document.getElementById('app'));
  document.title = pageTitle(state);
  document.documentElement.dataset.example = name;
}

globalThis.fkExamples = examples.map(({ name }) => name);
addEventListener('hashchange', draw);
