// Source code disclosure: a file of the backend sent as it is instead of being run: server pages, configuration with secrets,
// a repository's own files. Articles and editors quote code in JSON and inside pages; what is judged is how a whole body begins.
import type { PlacedRecognition, ResponseDetector, ResponseView } from '../core/detector.ts';
import { noSettings } from './settings.ts';

export const sourceCodeDisclosure: ResponseDetector = {
  kind: 'response',
  id: 'source-code-disclosure',
  settings: noSettings,
  load: () => inspect,
};

const HEAD_CHARACTERS = 2_048;

/** How such a file begins. */
const BEGINNINGS: readonly (readonly [grammar: RegExp, confidence: number, what: string])[] = [
  [
    /^\s*<\?php\b[\s\S]{0,2000}(?:\$\w+\s*=|\brequire|\binclude|\bnamespace\b|\bfunction\b|\bclass\b|\becho\b|define\()/,
    0.92,
    'source of PHP',
  ],
  [/^\s*<%@\s*(?:page|language|import|taglib)\b/i, 0.92, 'source of a server page'],
  [/^#!\/(?:usr\/(?:local\/)?bin\/(?:env )?|bin\/)(?:perl|python[\d.]*|ruby|php|bash|sh|node)\b/, 0.7, 'a script'],
  [/^\s*\[core\]\s*\n\s*repositoryformatversion\s*=/, 0.95, 'a repository’s configuration'],
  [/^ref: refs\/heads\/[\w./-]{1,200}\s*$/, 0.95, 'a repository’s head'],
  [/^DIRC\0\0\0[\x02-\x04]/, 0.95, 'a repository’s index'],
  [
    /^(?:\s*#[^\n]{0,300}\n|\s*\n)*(?:export )?[A-Z][A-Z0-9_]{2,60}=[^\n]{0,500}\n(?:[\s\S]{0,1500}\n)?(?:export )?[A-Z0-9_]{0,60}(?:PASSWORD|SECRET|TOKEN|API_?KEY|DATABASE_URL|PRIVATE_KEY)[A-Z0-9_]{0,60}=\S/,
    0.92,
    'an environment file with secrets',
  ],
  [
    /^\s*<\?xml[^>]{0,200}>\s*(?:<!--[\s\S]{0,1000}?-->\s*)?<configuration>[\s\S]{0,1500}<(?:connectionStrings|system\.web|appSettings)\b/i,
    0.92,
    'configuration of ASP.NET',
  ],
  [
    /^\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!DOCTYPE web-app[^>]{0,300}>\s*)?<web-app\b/i,
    0.9,
    'configuration of a servlet container',
  ],
  [/^[\w.-]{1,64}:\$(?:apr1|2[aby]|1|5|6)\$[\w./$]{20,120}\s*(?:\n|$)/, 0.92, 'a file of password hashes'],
  [
    /^\s*(?:package [\w.]{3,100};\s+(?:import [\w.*]{3,200};\s+){0,50}|using System(?:\.\w+)*;\s)[\s\S]{0,1500}\b(?:public|internal)\s+(?:final |abstract |static |sealed |partial )*(?:class|interface|enum)\b/,
    0.7,
    'source of a class',
  ],
];
/** Server code that runs nowhere in a page: tags that the server should have taken out. */
const TAGS: readonly (readonly [needle: string, grammar: RegExp])[] = [
  [
    '<?php',
    /<\?php\s[\s\S]{0,1000}(?:\$_(?:GET|POST|SERVER|SESSION|COOKIE|REQUEST)\b|\$\w+\s*=|\becho\b|\b(?:include|require)(?:_once)?\b)/,
  ],
  ['<?=', /<\?=\s*\$\w+[^?]{0,200}\?>/],
  ['<%@', /<%@\s*(?:page|language|import|taglib)\b/i],
];

function inspect(response: ResponseView): readonly PlacedRecognition[] {
  const { body, status } = response;
  if (body === undefined || body.bytes.length === 0 || status >= 400) return [];
  const isCode = /javascript|css|json|markdown|x-sh\b/.test(body.mediaType);
  if (isCode) return [];
  const head = body.latin1.slice(0, HEAD_CHARACTERS);
  for (const [grammar, confidence, what] of BEGINNINGS) {
    const match = grammar.exec(head);
    if (match !== null) return [found(confidence, `is ${what}`, match[0])];
  }
  if (!/html/.test(body.mediaType)) return [];
  const text = body.latin1;
  for (const [needle, grammar] of TAGS) {
    const at = text.indexOf(needle);
    if (at === -1) continue;
    const match = grammar.exec(text.slice(at, at + 2_000));
    // A page that explains code escapes it or shows it in a text area.
    if (
      match === null ||
      /<(?:textarea|xmp|script|code|pre)\b[^<]{0,200}$/i.test(text.slice(Math.max(0, at - 300), at))
    )
      continue;
    return [found(0.8, 'has server code inside a page', match[0])];
  }
  return [];
}

function found(confidence: number, what: string, matched: string): PlacedRecognition {
  return { location: 'body', pointer: '', confidence, what, matched: matched.slice(0, 120) };
}
