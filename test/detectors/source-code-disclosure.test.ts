import { describe, expect, it } from 'vitest';
import { sourceCodeDisclosure } from '../../src/detectors/source-code-disclosure.ts';
import { responseView } from '../support/view.ts';

const look = (text: string, type = 'text/plain', status = 200) =>
  sourceCodeDisclosure.load({})(responseView(text, type, status));

const LOUD: readonly (readonly [string, string, string?])[] = [
  ['PHP', "<?php\n$db = new PDO('x');\n"],
  ['PHP with a comment', '<?php\n/** Shop */\nnamespace Shop;\n'],
  ['PHP of a configuration', "<?php\ndefine('DB_NAME', 'wordpress');"],
  ['PHP sent as a page', '<?php include "x.php"; ?>', 'text/html'],
  ['PHP inside a page', '<html><body><?php echo $_GET["x"]; ?></body></html>', 'text/html'],
  ['a short echo inside a page', '<html><body><p><?= $name ?></p></body></html>', 'text/html'],
  ['JSP', '<%@ page language="java" import="java.util.*" %>\n<html>', 'text/html'],
  ['ASP', '<%@ Language=VBScript %>\n<html>', 'text/html'],
  ['ASP.NET', '<%@ Page Language="C#" %>', 'text/html'],
  ['a script of a shell', '#!/bin/bash\nset -e\n'],
  ['a script of Python', '#!/usr/bin/env python3\nimport os\n'],
  ['a repository’s configuration', '[core]\n\trepositoryformatversion = 0\n'],
  ['a repository’s head', 'ref: refs/heads/main\n'],
  ['a repository’s index', 'DIRC\0\0\0\x02\0\0'],
  ['an environment file', 'APP_ENV=production\nDB_PASSWORD=x\n'],
  ['an environment file with comments', '# production\nNODE_ENV=production\nPORT=3000\nJWT_SECRET=x\n'],
  ['an exported environment', 'export A_B=c\nexport API_KEY=x\n'],
  [
    'web.config',
    '<?xml version="1.0"?>\n<configuration><connectionStrings><add name="a"/></connectionStrings></configuration>',
    'application/xml',
  ],
  ['web.xml', '<?xml version="1.0"?><web-app xmlns="x"><servlet/></web-app>', 'application/xml'],
  ['.htpasswd', 'ann:$apr1$abcdefgh$0123456789abcdefghijkl\n'],
  ['Java', 'package com.example.shop;\n\nimport java.util.List;\n\npublic class Shop {}'],
  ['C#', 'using System;\nusing System.Linq;\nnamespace Shop { public class A {} }'],
];
const QUIET: readonly (readonly [string, string, string?])[] = [
  ['a page', '<!doctype html><html><body><p>Hello</p></body></html>', 'text/html'],
  ['a page with a script', '<html><script>const a = 1 <?b : c</script></html>', 'text/html'],
  ['escaped PHP in an article', '<p>Write &lt;?php echo $x; ?&gt;</p>', 'text/html'],
  ['PHP in a text area', '<textarea><?php echo $x; ?></textarea>', 'text/html'],
  ['PHP in JSON', '{"code":"<?php echo $x;"}', 'application/json'],
  ['JavaScript', "import x from './x.js';", 'text/javascript'],
  ['CSS', 'body { color: red }', 'text/css'],
  ['Markdown', '# Title\n```php\n<?php echo 1;\n```', 'text/markdown'],
  ['plain text', 'Hello Ann'],
  ['CSV', 'id,name\n1,Ann', 'text/csv'],
  ['a log', '2026-11-24 10:00:00 INFO started'],
  ['an XML feed', '<?xml version="1.0"?><rss><channel/></rss>', 'application/xml'],
  ['a plain environment', 'A=1\nB=2\n'],
  ['an ini', '[core]\neditor = vim\n'],
  ['metrics', '# HELP http_requests_total Requests\n# TYPE http_requests_total counter\nhttp_requests_total 7\n'],
  ['robots.txt', 'User-agent: *\nDisallow: /admin\n'],
  ['a sentence with ref', 'ref: refs are links'],
  ['a sentence about packages', 'package holidays; import duties apply'],
  ['JSON text', '[1,2,3]'],
  ['empty', ''],
  ['Korean', '안녕하세요'],
  ['an SVG', '<?xml version="1.0"?><svg xmlns="x"/>', 'image/svg+xml'],
  ['a template of Vue', '<div>{{ name }}</div>', 'text/html'],
  ['a hash', '$2b$10$abcdefghijklmnopqrstuv'],
  ['security.txt', 'Contact: mailto:security@example.com\n'],
];

const rows = (table: readonly (readonly [string, string, string?])[]) =>
  table.map(([name, text, type]) => [name, text, type ?? 'text/plain'] as const);

describe('source-code-disclosure', () => {
  it.each(rows(LOUD))('names %s', (_, text, type) => expect(look(text, type)).toHaveLength(1));
  it.each(rows(QUIET))('is quiet about %s', (_, text, type) => expect(look(text, type)).toEqual([]));
  it('tables ran', () => expect([LOUD.length >= 20, QUIET.length >= 25]).toEqual([true, true]));
  it('is quiet about an error page', () => expect(look('<?php $a = 1;', 'text/plain', 500)).toEqual([]));
});
