// A secret in place, or the content of a file without the line end an editor leaves. Read once, when sinks are opened.
import { readFileSync } from 'node:fs';

export type Secret = string | { readonly file: string };

export function secretText(secret: Secret): string {
  return typeof secret === 'string' ? secret : readFileSync(secret.file, 'utf8').replace(/\r?\n$/, '');
}

/** @throws TypeError when it is no http(s) URL; the message does not hold it */
export function secretUrl(secret: Secret): string {
  const text = secretText(secret);
  if (!URL.canParse(text) || !/^https?:\/\//.test(text)) throw new TypeError('the URL in the file is not one');
  return text;
}

export function secretHeaders(headers: Readonly<Record<string, Secret>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, one]) => [name.toLowerCase(), secretText(one)]));
}

export function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}
