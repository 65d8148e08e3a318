import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionTemplate } from '../../src/detectors/injection-template.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['{{7*7}}', {}],
  ['${7*7}', {}],
  ['#{7*7}', {}],
  ['<%= 7*7 %>', {}],
  ["{{7*'7'}}", {}],
  ['{{config.items()}}', {}],
  ["{{''.__class__.__mro__[1].__subclasses__()}}", {}],
  ['{{request.application.__globals__}}', {}],
  ['{{self.__init__.__globals__}}', {}],
  ['${T(java.lang.Runtime).getRuntime()}', {}],
  ["{% import os %}{{os.popen('id').read()}}", {}],
  ['<#assign ex="freemarker.template.utility.Execute"?new()>${ex(\'id\')}', {}],
  ["#set($x=$class.forName('java.lang.Runtime'))", {}],
  ["{{constructor.constructor('return 1')()}}", {}],
  ["{{['id']|filter('system')}}", {}],
  ["<%= system('id') %>", {}],
  ["{{_self.env.registerUndefinedFilterCallback('exec')}}", {}],
  ['{php}echo 1;{/php}', {}],
  ['*{T(java.lang.Runtime).getRuntime()}', {}],
  ['{{lipsum.__globals__}}', {}],
  ["{{app.request.server.all|join(',')}}", {}],
  ["{{'/etc/passwd'|file_excerpt(1,30)}}", {}],
  ['#{session.setAttribute("rtc",true)}', {}],
  ["[#assign ex = 'freemarker.template.utility.Execute'?new()]${ ex('id')}", {}],
];

const QUIET: Row[] = [
  ['{{name}}', {}],
  ['{{ user.first_name }}', {}],
  ['Hello {{ customer.name }}, your order {{ order.id }} is ready', {}],
  ['${price}', {}],
  ['${user.name}', {}],
  ['{% if user %}Hi{% endif %}', {}],
  ['{{#each items}}{{name}}{{/each}}', {}],
  ['<%= name %>', {}],
  ['{{ price | currency }}', {}],
  ['#{id}', {}],
  ['\\frac{1}{2}', {}],
  ['f{x}', {}],
  ['{a}', {}],
  ['${HOME}/bin', {}],
  ['#{user.name}', {}],
  ['{"a":{"b":1}}', {}],
  ['function() { return 1; }', {}],
  ['query { user { id } }', {}],
  ['100% {sure}', {}],
  ["{{ date | date('Y-m-d') }}", {}],
  ['5 * 5 = 25', {}],
  ["what does `' OR '1'='1` do in SQL? and {{7*7}} in jinja?", {}],
  ['Default is ${XDG_\\RUNTIME\\_DIR}/containers/auth.json', {}],
  ['{{app.name}}', {}],
  ['{{ excerpt(post, 30) }}', {}],
];

describe('injection-template', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionTemplate, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionTemplate, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
