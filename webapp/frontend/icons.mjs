// One SVG file with every icon that pages use, each referred to as icons.svg#name.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const drawings = path.join(path.dirname(fileURLToPath(import.meta.url)), 'node_modules/@tabler/icons/icons');

function readNames(list) {
  const lines = readFileSync(list, 'utf8').split('\n').map((line) => line.replace(/#.*/, '').trim());
  return [...new Set(lines.filter(Boolean))].sort();
}

function drawSymbol(name) {
  const [icon, style = 'outline'] = name.split('/').reverse();
  const file = path.join(drawings, style, `${icon}.svg`);
  if (!existsSync(file)) {
    throw new Error(`src/icons.txt asks for the icon "${name}", which @tabler/icons does not have. Correct its name.`);
  }
  const shapes = readFileSync(file, 'utf8').match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1];
  const visible = shapes.replace(/<path stroke="none" d="M0 0h24v24H0z" fill="none"\s*\/>/, '').trim().replace(/\n\s*/g, '');
  const paint = style === 'filled' ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="2" '
    + 'stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name.replace('/', '-')}" viewBox="0 0 24 24" ${paint}>${visible}</symbol>`;
}

export function drawSprite(list) {
  const names = readNames(list);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">\n${names.map(drawSymbol).join('\n')}\n</svg>\n`;
  return { svg, icons: names.map((name) => name.replace('/', '-')) };
}
