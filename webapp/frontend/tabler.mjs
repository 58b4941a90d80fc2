// Tabler's style sheet, cut down to what the product uses.
import { readFile } from 'node:fs/promises';
import postcss from 'postcss';

// Components no page uses. They are a fifth of the style sheet; take a name out of this list to use it.
const UNUSED = [
  'accordion', 'apexcharts', 'calendar', 'carousel', 'chart', 'chat', 'dropzone', 'fc', 'form-colorinput',
  'form-imagecheck', 'form-otp', 'jvm', 'litepicker', 'login', 'noUi', 'object', 'offcanvas', 'pattern', 'plyr',
  'popover', 'ribbon', 'signal', 'signature', 'sortable', 'sparkline', 'stars', 'strength', 'switch-icon',
  'table-mobile', 'tooltip', 'tracking', 'ts', 'vc',
];
// Colours of other companies' brands.
const BRANDS = [
  'bitbucket', 'dribbble', 'facebook', 'flickr', 'github', 'google', 'instagram', 'linkedin', 'pinterest', 'rss',
  'twitter', 'vimeo', 'vk', 'youtube',
];
const unused = new RegExp(`\\.(${UNUSED.join('|')})(?![a-z])|-(${BRANDS.join('|')})(-lt|-fg)?(?![\\w-])`);

// bpmn.io's diagrams and forms use these bare class names too, so in our pages Tabler's are called .t-icon and so on.
const colliding = /\.(empty|placeholder|icon|highlight|hover)(?![\w-])/g;

export function cutDown(css) {
  const sheet = postcss.parse(css);
  sheet.walkRules((rule) => {
    if (rule.parent.type === 'atrule' && rule.parent.name.endsWith('keyframes')) return;
    const kept = rule.selectors.filter((selector) => !unused.test(selector.replace(/:not\([^)]*\)/g, '')));
    if (kept.length) rule.selectors = kept.map((selector) => selector.replace(colliding, '.t-$1'));
    else rule.remove();
  });
  sheet.walkAtRules((rule) => {
    if (rule.nodes?.length === 0) rule.remove();
  });
  return sheet.toString();
}

export const tabler = {
  name: 'tabler',
  setup(build) {
    build.onLoad({ filter: /@tabler[\\/]core[\\/]dist[\\/]css[\\/]tabler\.css$/ }, async ({ path }) => ({
      contents: cutDown(await readFile(path, 'utf8')),
      loader: 'css',
    }));
  },
};
