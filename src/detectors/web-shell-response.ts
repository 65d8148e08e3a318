// Web shells: pages of a program that somebody put on the backend to run commands. Rare words, searched natively, lead to the
// places that are checked; one tell-tale name alone may stand in an article, a name with a shell's form does not.
import type { PlacedRecognition, ResponseDetector, ResponseView } from '../core/detector.ts';
import { Needles } from './needles.ts';
import { noSettings } from './settings.ts';

export const webShellResponse: ResponseDetector = {
  kind: 'response',
  id: 'web-shell-response',
  settings: noSettings,
  load: () => inspect,
};

/** Titles and headings that only these programs write. */
const TITLES =
  /<title>[^<]{0,80}(?:\b(?:c99|r57|b374k|wso|webadmin\.php|p0wny(?:@shell)?|antichat|phpspy|weevely|china ?chopper|alfa ?(?:team|shell)|mini ?shell|indoxploit|webshell|web shell|cmd ?shell|php ?shell|asp(?:x)? ?(?:shell|spy)|jsp ?(?:shell|cmd|file browser)|gecko ?shell|filesman|dkshell|locus7s|kacak|mst shell)\b)[^<]{0,80}<\/title>/i;
/** Words of their pages, each with the place it stands in. */
const TELLTALES: readonly (readonly [needle: string, grammar: RegExp, what: string])[] = [
  ['c99shell', /<[^>]{1,200}>[^<]{0,80}c99shell\b/i, 'c99'],
  ['r57shell', /<[^>]{1,200}>[^<]{0,80}r57shell\b/i, 'r57'],
  ['b374k', /<[^>]{1,200}>[^<]{0,80}\bb374k\b/i, 'b374k'],
  ['p0wny', /p0wny@shell:/, 'p0wny'],
  ['FilesMan', /name=["']?a["']?\s[^>]{0,80}value=["']?FilesMan|g\(\s*['"]FilesMan['"]/, 'WSO'],
  [
    'Safe mode',
    /Safe mode:\s*(?:<[^>]{1,80}>\s*){0,4}(?:ON|OFF)\b[\s\S]{0,600}(?:cURL|MySQL|Uname|Disable functions)/i,
    'a PHP shell',
  ],
  [
    'Uname:',
    /Uname:\s*(?:<[^>]{1,80}>\s*){0,4}(?:\[|Linux|Windows|FreeBSD)[\s\S]{0,600}(?:User:|uid|Cwd:|Hdd:)/i,
    'a PHP shell',
  ],
  [
    'Execute command',
    /<input[^>]{0,200}name=["']?(?:cmd|command|exec|c)["']?[^>]{0,200}>[\s\S]{0,300}Execute command|Execute command[\s\S]{0,300}<input[^>]{0,200}name=["']?(?:cmd|command|exec|c)\b/i,
    'a command form',
  ],
  [
    'name="cmd"',
    /<form[^>]{0,200}>[\s\S]{0,500}<input[^>]{0,120}name="cmd"[\s\S]{0,400}(?:<pre>|value="?(?:Execute|Run|Go|exec|Send)\b)/i,
    'a command form',
  ],
  [
    "name='cmd'",
    /<form[^>]{0,200}>[\s\S]{0,500}<input[^>]{0,120}name='cmd'[\s\S]{0,400}(?:<pre>|value='?(?:Execute|Run|Go|exec|Send)\b)/i,
    'a command form',
  ],
];
/** Answers of commands, as shells print them. */
const OUTPUTS: readonly (readonly [needle: string, grammar: RegExp, what: string])[] = [
  ['uid=', /(?:^|[\n>"])uid=\d+\([\w.-]{1,32}\) gid=\d+\([\w.-]{1,32}\)(?: groups=|[\s"<\\]|$)/, 'the answer of id'],
  ['root:x:0:0:', /(?:^|[\n>"'\s])root:x:0:0:[^:\n]{0,40}:\/root:\/[\w/]+/, 'a list of the system’s users'],
  ['root:', /(?:^|[\n>"'\s])root:[*!]:0:0:[^:\n]{0,40}:\/(?:var\/)?root:\/[\w/]+/, 'a list of the system’s users'],
  ['[extensions]', /; for 16-bit app support\s+\[fonts\]\s+\[extensions\]/, 'a file of the system folder of Windows'],
  [
    'Volume Serial Number',
    /Volume Serial Number is [0-9A-F]{4}-[0-9A-F]{4}[\s\S]{0,40}Directory of [A-Z]:\\/,
    'the answer of dir',
  ],
  ['PRIVATE KEY-----', /^-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----/, 'a private key’s file'],
];

const PAGE_NEEDLES = new Needles(['<title', ...TELLTALES.map(([needle]) => needle)]);
const OUTPUT_NEEDLES = new Needles(OUTPUTS.map(([needle]) => needle));

function inspect(response: ResponseView): readonly PlacedRecognition[] {
  const { body } = response;
  if (body === undefined || body.bytes.length === 0) return [];
  const isPage = /html|plain/.test(body.mediaType) || body.mediaType === '';
  if (isPage) {
    for (const index of PAGE_NEEDLES.in(body.bytes)) {
      const recognition = index === 0 ? inTitle(body.latin1) : telltale(body.latin1, TELLTALES[index - 1]!);
      if (recognition !== undefined) return [recognition];
    }
  }
  for (const index of OUTPUT_NEEDLES.in(body.bytes)) {
    const [needle, grammar, what] = OUTPUTS[index]!;
    const match = around(body.latin1, needle, grammar);
    // Documentation in JSON quotes such answers; a page or a file that is one does not quote.
    if (match !== undefined) return [found(isPage ? 0.9 : 0.6, `shows ${what}`, match)];
  }
  return [];
}

function inTitle(text: string): PlacedRecognition | undefined {
  const title = text.indexOf('<title');
  const match = TITLES.exec(text.slice(title, title + 300));
  return match === null ? undefined : found(0.9, 'has the title of a web shell', match[0]);
}

function telltale(text: string, [needle, grammar, what]: (typeof TELLTALES)[number]): PlacedRecognition | undefined {
  const match = around(text, needle, grammar);
  if (match === undefined) return undefined;
  return found(what === 'a command form' ? 0.7 : 0.9, `looks like the page of ${what}`, match);
}

const PLACES_MAX = 20;

/** The first place of the needle at which the grammar fits, looked at with a little text on either side. */
function around(text: string, needle: string, grammar: RegExp): string | undefined {
  let at = text.indexOf(needle);
  for (let places = 0; at !== -1 && places < PLACES_MAX; places++) {
    const match = grammar.exec(text.slice(Math.max(0, at - 600), at + 1_200));
    if (match !== null) return match[0];
    at = text.indexOf(needle, at + 1_200);
  }
  return undefined;
}

function found(confidence: number, what: string, matched: string): PlacedRecognition {
  return {
    location: 'body',
    pointer: '',
    confidence,
    severity: confidence >= 0.8 ? 'critical' : 'medium',
    what,
    matched: matched.slice(0, 120),
  };
}
