import { describe, expect, it } from 'vitest';
import { directoryListing } from '../../src/detectors/directory-listing.ts';
import { responseView } from '../support/view.ts';

const look = (text: string, type = 'text/html', status = 200) =>
  directoryListing.load({})(responseView(text, type, status));

const LOUD: readonly (readonly [string, string, string?])[] = [
  [
    'Apache',
    '<html><head><title>Index of /a</title></head><body><h1>Index of /a</h1><table><th><a href="?C=N;O=D">Name</a></th></table>',
  ],
  [
    'Apache without a table',
    '<title>Index of /a</title><h1>Index of /a</h1><ul><li><a href="/"> Parent Directory</a></li></ul>',
  ],
  ['nginx', '<html><head><title>Index of /a/</title></head><body><h1>Index of /a/</h1><hr><pre><a href="../">../</a>'],
  [
    'lighttpd',
    '<title>Index of /a/</title><h2>Index of /a/</h2><table><tr><td><a href="../">..</a>/</td></tr></table>',
  ],
  [
    'Python',
    '<!DOCTYPE HTML><title>Directory listing for /</title><h1>Directory listing for /</h1><hr><ul><li><a href=".git/">.git/</a></li>',
  ],
  [
    'IIS',
    '<head><title>www - /a/</title></head><body><H1>www - /a/</H1><hr><pre><A HREF="/">[To Parent Directory]</A><br>',
  ],
  [
    'Tomcat',
    '<html><head><title>Directory Listing For /</title></head><body><h1>Directory Listing For /</h1><table><tr><td>Filename</td>',
  ],
  ['Tomcat 9', '<title>Directory Listing For [/a/]</title><h1>Directory Listing For [/a/]</h1><a href="/b">b</a>'],
  ['Express', '<!DOCTYPE html><html><head><title>listing directory /a</title></head><body class="directory">'],
  [
    'Jetty',
    '<HTML><HEAD><TITLE>Directory: /a/</TITLE></HEAD><BODY><H1>Directory: /a/</H1><TABLE><TH>Name</TH><TH>Last Modified</TH>',
  ],
  [
    'a bucket',
    '<?xml version="1.0"?><ListBucketResult xmlns="x"><Name>b</Name><Contents><Key>a</Key></Contents></ListBucketResult>',
    'application/xml',
  ],
  [
    'a container',
    '<?xml version="1.0"?><EnumerationResults ContainerName="x"><Blobs><Blob><Name>a</Name></Blob></Blobs></EnumerationResults>',
    'application/xml',
  ],
];
const QUIET: readonly (readonly [string, string, string?])[] = [
  ['a page', '<title>Index</title><a href="../">Up</a>'],
  ['an article', '<title>Why Index of / is a problem</title><p>Switch it off</p>'],
  ['an article with a heading', '<h1>Directory listing for beginners</h1><p>ls</p>'],
  ['an index of a book', '<h1>Index of names</h1><a href="/a">A</a>'],
  ['JSON', '{"title":"Index of /","items":[]}', 'application/json'],
  ['a JSON list of files', '{"path":"/a","files":["b"]}', 'application/json'],
  ['a feed', '<rss><channel><title>News</title></channel></rss>', 'application/xml'],
  ['an empty bucket', '<ListBucketResult><Name>b</Name></ListBucketResult>', 'application/xml'],
  ['a text', 'Index of /a', 'text/plain'],
  ['a directory of people', '<title>Directory: people</title><a href="/ann">Ann</a>'],
  ['a parent link', '<a href="..">Parent Directory</a>'],
  ['empty', ''],
  ['a sitemap', '<urlset><url><loc>https://example.com/</loc></url></urlset>', 'application/xml'],
  ['Korean', '<title>파일 목록</title>'],
];

const rows = (table: readonly (readonly [string, string, string?])[]) =>
  table.map(([name, text, type]) => [name, text, type ?? 'text/html'] as const);

describe('directory-listing', () => {
  it.each(rows(LOUD))('names %s', (_, text, type) => expect(look(text, type)).toHaveLength(1));
  it.each(rows(QUIET))('is quiet about %s', (_, text, type) => expect(look(text, type)).toEqual([]));
  it('tables ran', () => expect([LOUD.length >= 12, QUIET.length >= 14]).toEqual([true, true]));
  it('is quiet about an error page', () => expect(look(LOUD[0]![1], 'text/html', 404)).toEqual([]));
});
