// bpmn-js with our words, our menus and nothing that would not run.
import Modeler from 'bpmn-js/lib/Modeler';
import minimap from 'diagram-js-minimap';
import simulation from 'bpmn-js-token-simulation';
import reviewflow from '../../../../bpmn/schema/reviewflow.json';
import { menus } from './menus.js';
import { searching } from './searching.js';

const MODEL = 'http://www.omg.org/spec/BPMN/20100524/MODEL';
const DI = 'http://www.omg.org/spec/BPMN/20100524/DI';
const AROUND_PICTURE = 40;

// Our palette has words and stands beside the canvas; the simulation still looks for bpmn-js's own, to put it away.
function NoPalette(palette) {
  palette.registerProvider({ getPaletteEntries: () => ({}) });
}
NoPalette.$inject = ['palette'];

export function createModeler(root, vocabulary) {
  return new Modeler({
    container: root.querySelector('[data-canvas]'),
    moddleExtensions: { rf: reviewflow },
    reviewflow: vocabulary,
    minimap: { open: false },
    additionalModules: [minimap, simulation, menus, searching, { __init__: ['paletteProvider'], paletteProvider: ['type', NoPalette] }],
  });
}

// Opens a file; one without a picture is laid out first. Tells whether it was.
export async function openDiagram(modeler, xml) {
  const drawn = /<(?:[\w-]+:)?BPMNShape[\s>]/.test(xml);
  const picture = drawn ? xml : await layOut(xml);
  await modeler.importXML(picture);
  showAll(modeler);
  return !drawn;
}

async function layOut(xml) {
  const { layoutProcess } = await import('bpmn-auto-layout');
  return layoutProcess(openSubProcesses(xml));
}

/** The layout draws the steps of those sub-processes alone that have a picture which is open: they get a stub of one. */
function openSubProcesses(xml) {
  const file = new DOMParser().parseFromString(xml, 'text/xml');
  const make = (name, attributes) => {
    const element = file.createElementNS(DI, `bpmndi:${name}`);
    Object.entries(attributes).forEach(([attribute, value]) => element.setAttribute(attribute, value));
    return element;
  };
  const process = file.getElementsByTagNameNS(MODEL, 'process')[0];
  const inside = ['subProcess', 'transaction'].flatMap((name) => [...file.getElementsByTagNameNS(MODEL, name)]);
  if (!process || !inside.length) return xml;
  const diagram = make('BPMNDiagram', { id: 'layout_diagram' });
  const plane = make('BPMNPlane', { id: 'layout_plane', bpmnElement: process.id });
  plane.append(...inside.map(({ id }) => make('BPMNShape', { id: `${id}_layout`, bpmnElement: id, isExpanded: 'true' })));
  diagram.append(plane);
  file.documentElement.append(diagram);
  return new XMLSerializer().serializeToString(file);
}

export function showAll(modeler) {
  const canvas = modeler.get('canvas');
  canvas.zoom('fit-viewport', 'auto');
  const view = canvas.viewbox();
  const around = AROUND_PICTURE / view.scale;
  canvas.viewbox({ x: view.x - around, y: view.y - around, width: view.width + 2 * around, height: view.height + 2 * around });
}
