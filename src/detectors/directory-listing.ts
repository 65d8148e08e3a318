// Directory listings: the page a web server writes when nobody wrote one. Each server's own grammar is known by its title,
// heading and first link, so that a page with a title like it stays quiet.
import type { PlacedRecognition, ResponseDetector, ResponseView } from '../core/detector.ts';
import { noSettings } from './settings.ts';

export const directoryListing: ResponseDetector = {
  kind: 'response',
  id: 'directory-listing',
  settings: noSettings,
  load: () => inspect,
};

/** Needle and the grammar around it: title or heading, then the link to the parent or the table's head. */
const SIGNS: readonly (readonly [needle: string, grammar: RegExp, what: string])[] = [
  [
    'Index of /',
    /<(?:title|h1)>\s*Index of \/[\s\S]{0,1500}<a href="(?:\.\.\/|\?C=N[^"]{0,20}|\/[^"]{0,200})"/i,
    'Apache or nginx',
  ],
  ['Directory listing for', /<(?:title|h1)>\s*Directory listing for \/[\s\S]{0,800}<li><a href=/i, 'Python'],
  ['[To Parent Directory]', /<a href="[^"]{0,300}">\[To Parent Directory\]<\/a>/i, 'IIS'],
  [
    'Directory Listing For',
    /<(?:title|h1)>\s*Directory Listing For \[?\/[\s\S]{0,2000}(?:Filename|<a href=)/,
    'Tomcat',
  ],
  ['listing directory /', /<title>\s*listing directory \/[\s\S]{0,200}/i, 'Express'],
  ['Directory: /', /<(?:title|h1)[^>]{0,60}>\s*Directory: \/[\s\S]{0,1500}(?:Last Modified|<a href=)/i, 'Jetty'],
  ['<ListBucketResult', /<ListBucketResult[^>]{0,200}>\s*<Name>[\s\S]{0,3000}<Key>/, 'a storage bucket'],
  ['<EnumerationResults', /<EnumerationResults[^>]{0,200}>[\s\S]{0,600}<Blobs>\s*<Blob>/, 'a storage container'],
];

function inspect(response: ResponseView): readonly PlacedRecognition[] {
  const { body, status } = response;
  if (body === undefined || status >= 400 || !/html|xml|plain/.test(body.mediaType)) return [];
  const text = body.latin1;
  for (const [needle, grammar, what] of SIGNS) {
    const at = text.indexOf(needle);
    if (at === -1) continue;
    const match = grammar.exec(text.slice(Math.max(0, at - 300), at + 4_000));
    if (match === null) continue;
    const isPage = body.mediaType !== 'text/plain';
    return [
      {
        location: 'body',
        pointer: '',
        confidence: isPage ? 0.9 : 0.5,
        what: `is a listing of files by ${what}`,
        matched: match[0].slice(0, 120),
      },
    ];
  }
  return [];
}
