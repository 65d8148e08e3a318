// How the product names itself to others.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const { version } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
  version: string;
};

export const PRODUCT = { vendor: 'Sallyport', name: 'Sallyport', version } as const;
