// Burp's "Save items": XML with one `item` a transaction, messages as text or base64.
import { SaxesParser } from 'saxes';
import type { RecordedTransaction } from '../../core/recorded-transaction.ts';
import { ENTRY_BYTES_MAX, type RecordedEntry } from '../entry.ts';
import { readHttpText, requestLine, statusLine } from '../http-text.ts';
import { messageOfBytes, UNKNOWN_ADDRESS } from '../recorded-message.ts';
import { sendableUrl } from '../recorded-url.ts';

interface Item {
  readonly line: number;
  time: string;
  url: string;
  request: Buffer | undefined;
  response: Buffer | undefined;
}

export class BurpItems {
  readonly #parser = new SaxesParser();
  readonly #found: RecordedEntry[] = [];
  #item: Item | undefined;
  #text: string[] = [];
  #textChars = 0;
  #isBase64 = false;
  #isBroken = false;

  constructor() {
    const parser = this.#parser;
    parser.on('opentag', (tag) => {
      this.#text = [];
      this.#textChars = 0;
      this.#isBase64 = tag.attributes.base64 === 'true';
      if (tag.name === 'item')
        this.#item = { line: parser.line, time: '', url: '', request: undefined, response: undefined };
    });
    const add = (text: string): void => {
      if (this.#item === undefined) return;
      this.#textChars += text.length;
      if (this.#textChars > ENTRY_BYTES_MAX) this.#text = [];
      else this.#text.push(text);
    };
    parser.on('text', add);
    parser.on('cdata', add);
    parser.on('closetag', (tag) => this.#close(tag.name));
    parser.on('error', (error) => {
      // The parser goes on; one broken item must not end the file, and one fault is enough said.
      if (!this.#isBroken) this.#found.push({ malformed: `not XML: ${error.message}`, line: parser.line });
      this.#isBroken = true;
    });
  }

  take(text: string): RecordedEntry[] {
    this.#parser.write(text);
    return this.#found.splice(0);
  }

  rest(): RecordedEntry[] {
    this.#parser.close();
    return this.#found.splice(0);
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
        if (text.trim() !== '') item[name] = Buffer.from(text, this.#isBase64 ? 'base64' : 'utf8');
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

function entryOf({ line, time, url, request: bytes, response: answer }: Item): RecordedEntry {
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
