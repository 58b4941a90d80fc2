// form-js brings a panel of its own, with editors of code in it: half of its size. Ours stands in its place, so that
// what only that panel imports is left out of the build. src/form-builder/editor.js puts a panel that shows nothing there.
const EDITORS = /^(@codemirror\/|@bpmn-io\/feel-editor$|@bpmn-io\/feelers-editor$|focus-trap$)/;
const FORM_JS = /[\\/]@bpmn-io[\\/]form-js-editor[\\/]/;

// Called when the module is read.
const CALLED = 'export const Annotation = { define() {} }; export const jsonParseLinter = () => {};';
const NAMED = 'export class EditorView {} export class FeelersEditor {} export const lineNumbers = null; export const createFocusTrap = null;';

export const formJs = {
  name: 'form-js',
  setup(build) {
    build.onResolve({ filter: EDITORS }, ({ path, importer }) => (FORM_JS.test(importer) ? { path, namespace: 'left-out', sideEffects: false } : undefined));
    build.onLoad({ filter: /.*/, namespace: 'left-out' }, () => ({ contents: `${CALLED} ${NAMED} export default class {}` }));
  },
};
