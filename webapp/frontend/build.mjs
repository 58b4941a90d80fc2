// Builds the browser side into webapp/static/dist: hashed files, their compressed twins and manifest.json.
//
// Every folder src/<name>/ with an index.js or index.jsx becomes <name>.js (and <name>.css, when it imports styles),
// every file src/<name>.css becomes <name>.css, and src/icons.txt becomes the sprite icons.svg.
import * as esbuild from 'esbuild';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import zlib from 'node:zlib';
import { formJs } from './form-js.mjs';
import { drawSprite } from './icons.mjs';
import { tabler } from './tabler.mjs';

const here = path.dirname(fileURLToPath(import.meta.url));
const source = path.join(here, 'src');
const target = path.resolve(here, '../static/dist');
const watching = process.argv.includes('--watch');
const gzip = promisify(zlib.gzip);
const brotli = promisify(zlib.brotliCompress);

function findEntryPoints() {
  const entries = [];
  for (const entry of readdirSync(source, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      const index = ['index.js', 'index.jsx'].find((name) => existsSync(path.join(source, entry.name, name)));
      if (index) entries.push({ in: `src/${entry.name}/${index}`, out: entry.name });
    } else if (entry.name.endsWith('.css')) {
      entries.push({ in: `src/${entry.name}`, out: path.basename(entry.name, '.css') });
    }
  }
  return entries;
}

function nameOutputs(metafile) {
  const names = new Map();
  for (const [file, output] of Object.entries(metafile.outputs)) {
    // What is loaded only when it is needed counts as an entry point, too, and no page asks for it by name.
    if (!output.entryPoint || /^chunk-/.test(path.basename(file))) continue;
    const bundle = path.basename(file).replace(/-[A-Z0-9]{8}(\.\w+)$/, '$1');
    names.set(bundle, path.basename(file));
    if (output.cssBundle && output.cssBundle !== file) {
      names.set(bundle.replace(/\.js$/, '.css'), path.basename(output.cssBundle));
    }
  }
  return names;
}

function writeSprite() {
  const { svg, icons } = drawSprite(path.join(source, 'icons.txt'));
  const hash = createHash('sha256').update(svg).digest('hex').slice(0, 8).toUpperCase();
  writeFileSync(path.join(target, `icons-${hash}.svg`), svg);
  return { file: `icons-${hash}.svg`, icons };
}

// Compressed once here, at the best level, rather than for every request.
async function compress(file) {
  const content = readFileSync(file);
  const [gz, br] = await Promise.all([gzip(content, { level: 9 }), brotli(content)]);
  writeFileSync(`${file}.gz`, gz);
  writeFileSync(`${file}.br`, br);
  return { bytes: content.length, gzip: gz.length, brotli: br.length };
}

// Most licences of what is bundled ask that their text goes along.
function writeLicences(metafile) {
  const packages = new Map();
  for (const input of [...Object.keys(metafile.inputs), 'node_modules/@tabler/icons/package.json']) {
    const folder = input.match(/^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
    if (!folder || packages.has(folder)) continue;
    const absolute = path.join(here, folder);
    const about = JSON.parse(readFileSync(path.join(absolute, 'package.json'), 'utf8'));
    const licence = readdirSync(absolute).find((name) => /^(licen[sc]e|copying)/i.test(name));
    const text = licence ? readFileSync(path.join(absolute, licence), 'utf8') : '';
    packages.set(folder, `${about.name} ${about.version} (${about.license})\n\n${text}`);
  }
  writeFileSync(path.join(target, 'LICENCES.txt'), [...packages.values()].sort().join(`\n${'-'.repeat(72)}\n`));
}

async function writeManifest({ metafile }) {
  const sprite = writeSprite();
  const manifest = { files: {}, icons: sprite.icons };
  for (const [name, file] of [...nameOutputs(metafile), ['icons.svg', sprite.file]].sort()) {
    manifest.files[name] = { file, ...(await compress(path.join(target, file))) };
  }
  const named = new Set(Object.values(manifest.files).map(({ file }) => file));
  for (const file of Object.keys(metafile.outputs).map((output) => path.basename(output))) {
    if (/\.(js|css)$/.test(file) && !named.has(file)) await compress(path.join(target, file));
  }
  writeLicences(metafile);
  // Last, because it is what tells that the build is complete.
  writeFileSync(path.join(target, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return manifest;
}

const writingManifest = {
  name: 'manifest',
  setup(build) {
    build.onStart(() => {
      rmSync(target, { recursive: true, force: true });
      mkdirSync(target, { recursive: true });
    });
    build.onEnd(async (result) => {
      if (result.errors.length) return;
      const { files } = await writeManifest(result);
      for (const [name, { bytes, gzip: gz }] of Object.entries(files)) {
        console.log(`${name.padEnd(20)} ${String(bytes).padStart(9)} bytes ${String(gz).padStart(8)} gzip`);
      }
    });
  },
};

const options = {
  absWorkingDir: here,
  entryPoints: findEntryPoints(),
  bundle: true,
  splitting: true,
  format: 'esm',
  target: 'es2022',
  minify: !watching,
  sourcemap: watching ? 'linked' : false,
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
  outdir: target,
  entryNames: '[name]-[hash]',
  chunkNames: 'chunk-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.svg': 'dataurl', '.woff': 'file', '.woff2': 'file', '.ttf': 'file', '.eot': 'empty' },
  plugins: [tabler, formJs, writingManifest],
};

if (watching) {
  await (await esbuild.context(options)).watch();
} else {
  await esbuild.build(options);
}
