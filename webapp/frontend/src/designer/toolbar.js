// The buttons above the diagram, and the keys of the whole page.
import { showAll } from './modeler.js';
import { saveBeforeLeaving, saveByKey } from './saving.js';

export function wireToolbar(root, modeler, saving) {
  const actions = {
    undo: () => modeler.get('commandStack').undo(),
    redo: () => modeler.get('commandStack').redo(),
    // The click itself would close the pad that it opens.
    search: () => setTimeout(() => modeler.get('searchPad').open()),
    map: () => modeler.get('minimap').toggle(),
    all: () => showAll(modeler),
    simulate: () => modeler.get('toggleMode').toggleMode(),
    larger: () => modeler.get('zoomScroll').stepZoom(1),
    smaller: () => modeler.get('zoomScroll').stepZoom(-1),
  };
  for (const button of root.querySelectorAll('[data-action]')) {
    button.addEventListener('click', () => actions[button.dataset.action]());
  }
  showUndo(root, modeler);
  showSimulation(root, modeler);
  saveByKey(saving);
  saveBeforeLeaving(root, saving);
}

function showUndo(root, modeler) {
  const [undo, redo] = ['undo', 'redo'].map((name) => root.querySelector(`[data-action="${name}"]`));
  const update = () => {
    undo.disabled = !modeler.get('commandStack').canUndo();
    redo.disabled = !modeler.get('commandStack').canRedo();
  };
  modeler.on(['commandStack.changed', 'import.done'], update);
}

function showSimulation(root, modeler) {
  const button = root.querySelector('[data-action="simulate"]');
  modeler.on('tokenSimulation.toggleMode', ({ active }) => {
    button.setAttribute('aria-pressed', String(active));
    root.toggleAttribute('data-simulating', active);
    root.querySelector('[data-panel]').inert = active;
  });
}
