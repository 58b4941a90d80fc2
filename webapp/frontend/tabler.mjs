// Tabler's style sheet, cut down to what the product uses.
import { readFile } from 'node:fs/promises';
import postcss from 'postcss';

// Components and variants no page uses: they are a quarter of the style sheet. Take a name out of this list to use it;
// a test tells when a page uses one that is listed.
const COMPONENTS = [
  'accordion', 'apexcharts', 'calendar', 'carousel', 'chart', 'chat', 'divide', 'dropzone', 'fc', 'form-colorinput',
  'form-imagecheck', 'form-otp', 'jvm', 'legend', 'litepicker', 'login', 'mention', 'noUi', 'object', 'offcanvas',
  'offset', 'otp', 'pattern', 'plyr', 'popover', 'ribbon', 'signal', 'signature', 'sortable', 'sparkline', 'stars',
  'strength', 'switch-icon', 'table-mobile', 'tag', 'tooltip', 'tracking', 'ts', 'vc',
];
const VARIANTS = [
  'navbar-expand-(sm|md|xl|xxl)', '(bg|border|link|text)-opacity', 'bg-gradient', 'link-(offset|underline)', '[a-z-]+-xxl',
];
const BRANDS = [
  'bitbucket', 'dribbble', 'facebook', 'flickr', 'github', 'google', 'instagram', 'linkedin', 'pinterest', 'rss',
  'twitter', 'vimeo', 'vk', 'youtube',
];
const unused = new RegExp(
  `\\.(${COMPONENTS.join('|')})(?![a-z])|\\.(${VARIANTS.join('|')})(?![a-z])|-(${BRANDS.join('|')})(-lt|-fg)?(?![\\w-])`,
);

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
