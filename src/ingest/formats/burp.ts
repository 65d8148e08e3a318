// Burp's "Save items": XML with one `item` a transaction, messages as text or base64.
import { SaxesParser } from 'saxes';
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import { ENTRY_BYTES_MAX, type RecordedEntry, TOO_LONG } from '../entry.ts';
import { readHttpText, requestLine, statusLine } from '../http-text.ts';
import { messageOfBytes, UNKNOWN_ADDRESS } from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

interface Item {
  readonly line: number;
  isTooLong: boolean;
  time: string;
  url: string;
  request: Buffer | undefined;
  response: Buffer | undefined;
}

/** Elements in elements; an export has four. */
const DEPTH_MAX = 100;
const ITEM_OPENS = /<item[\s>]/;
const ITEM_OPENS_CHARS = 6;
const PIECE_CHARS = 64 * 1024;

export class BurpItems {
  #parser = new SaxesParser();
  readonly #found: RecordedEntry[] = [];
  #item: Item | undefined;
  #text: string[] = [];
  #textChars = 0;
  #isTooLong = false;
  #isBase64 = false;
  #isBroken = false;
  #depth = 0;
  /** What the parser was given since it last told of anything: it keeps that until it does. */
  #heldChars = 0;
  /** Lines before the parser's first. */
  #linesBefore = 0;
  /** Undefined unless everything up to the next item is left out: then the end of what was left out. */
  #skipped: string | undefined;

  constructor() {
    this.#begin();
  }

  #begin(): void {
    const parser = new SaxesParser();
    this.#parser = parser;
    this.#item = undefined;
    this.#isBroken = false;
    this.#depth = 0;
    this.#heldChars = 0;
    parser.on('opentag', (tag) => {
      this.#heldChars = 0;
      this.#depth += 1;
      this.#text = [];
      this.#textChars = 0;
      this.#isTooLong = false;
      this.#isBase64 = tag.attributes.base64 === 'true';
      if (tag.name === 'item')
        this.#item = { line: this.#line, isTooLong: false, time: '', url: '', request: undefined, response: undefined };
    });
    const add = (text: string): void => {
      this.#heldChars = 0;
      if (this.#item === undefined) return;
      this.#textChars += text.length;
      if (this.#textChars > ENTRY_BYTES_MAX) {
        this.#text = [];
        this.#isTooLong = true;
      } else this.#text.push(text);
    };
    parser.on('text', add);
    parser.on('cdata', add);
    parser.on('closetag', (tag) => {
      this.#heldChars = 0;
      this.#depth -= 1;
      this.#close(tag.name);
    });
    parser.on('error', (error) => {
      // The parser goes on; one broken item must not end the file, and one fault is enough said.
      if (!this.#isBroken) this.#found.push({ malformed: `not XML: ${error.message}`, line: this.#line });
      this.#isBroken = true;
    });
  }

  get #line(): number {
    return this.#linesBefore + this.#parser.line;
  }

  take(text: string): RecordedEntry[] {
    for (let at = 0; at < text.length; at += PIECE_CHARS) this.#write(text.slice(at, at + PIECE_CHARS));
    return this.#found.splice(0);
  }

  rest(): RecordedEntry[] {
    if (this.#skipped === undefined) this.#parser.close();
    return this.#found.splice(0);
  }

  #write(piece: string): void {
    let text = piece;
    if (this.#skipped !== undefined) {
      const kept = this.#skipped + text;
      const at = kept.search(ITEM_OPENS);
      const end = at === -1 ? Math.max(0, kept.length - ITEM_OPENS_CHARS) : at;
      for (let lf = kept.indexOf('\n'); lf !== -1 && lf < end; lf = kept.indexOf('\n', lf + 1)) this.#linesBefore += 1;
      this.#skipped = kept.slice(end);
      if (at === -1) return;
      text = this.#skipped;
      this.#skipped = undefined;
      this.#begin();
      this.#parser.write('<items>');
    }
    this.#heldChars += text.length;
    this.#parser.write(text);
    if (this.#depth > DEPTH_MAX) this.#leaveOut(`nested deeper than ${DEPTH_MAX} elements`);
    else if (this.#heldChars > ENTRY_BYTES_MAX) this.#leaveOut(TOO_LONG);
  }

  /** The parser holds all that is open, so it is given up with it, and another one begins at the next item. */
  #leaveOut(malformed: string): void {
    this.#found.push({ malformed, line: this.#item?.line ?? this.#line });
    this.#linesBefore = this.#line - 1;
    this.#skipped = '';
    this.#item = undefined;
    this.#text = [];
  }

  #close(name: string): void {
    const item = this.#item;
    if (item === undefined) return;
    const text = this.#text.join('');
    switch (name) {
      case 'time':
      case 'url':
        item[name] = text.trim();
        break;
      case 'request':
      case 'response':
        if (this.#isTooLong) item.isTooLong = true;
        else if (text.trim() !== '') item[name] = Buffer.from(text, this.#isBase64 ? 'base64' : 'utf8');
        break;
      case 'item':
        this.#item = undefined;
        this.#isBroken = false;
        this.#found.push(entryOf(item));
        break;
      default:
    }
    this.#text = [];
  }
}

function entryOf({ line, isTooLong, time, url, request: bytes, response: answer }: Item): RecordedEntry {
  if (isTooLong) return { malformed: TOO_LONG, line };
  const request = bytes === undefined ? undefined : readHttpText(bytes);
  const first = request === undefined ? undefined : requestLine(request.startLine);
  if (request === undefined || first === undefined) return { malformed: 'the item has no request', line };
  const response = answer === undefined ? undefined : readHttpText(answer);
  const status = response === undefined ? undefined : statusLine(response.startLine);
  const at = timeOfBurp(time);
  // The request line has the path as it was sent, the item's URL has the host where a Host line is missing.
  const host = /^https?:\/\/[^/?#]+/i.exec(url)?.[0] ?? '';
  const isPath = first.url.startsWith('/');
  const transaction: RecordedTransaction = {
    at,
    clientAddress: UNKNOWN_ADDRESS,
    request: {
      method: first.method,
      url: sendableUrl(isPath ? `${host}${first.url}` : first.url),
      ...messageOfBytes(request.rawHeaders, request.body),
    },
    response:
      response === undefined || status === undefined
        ? undefined
        : { status, ...messageOfBytes(response.rawHeaders, response.body) },
  };
  return { transaction, line, isTimed: at > 0 };
}

/** `Wed Jan 25 14:14:14 CET 2023`, as Java prints dates; names of zones are ambiguous, so all count as UTC. */
function timeOfBurp(text: string): number {
  const match = /^\w{3} (\w{3}) (\d{1,2}) (\d\d:\d\d:\d\d) [A-Z0-9:+-]{1,8} (\d{4})$/.exec(text);
  const at = Date.parse(match === null ? text : `${match[2]} ${match[1]} ${match[4]} ${match[3]} UTC`);
  return Number.isNaN(at) ? 0 : at;
}
