import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AdminPort, adminPort } from './admin-port.ts';

const BUILT = resolve(import.meta.dirname, '../../dist/console');
const GZIPPED_BYTES_MAX = 120 * 1024;
const headers = { host: 'localhost:9090' };

let port: AdminPort;

beforeAll(async () => {
  expect(existsSync(join(BUILT, 'index.html')), 'run `npm run build` first').toBe(true);
  port = await adminPort(BUILT);
});

afterAll(() => port.close());

const get = (url: string, more: Record<string, string> = {}) =>
  port.app.inject({ method: 'GET', url, headers: { ...headers, ...more } });

describe('the files of the console', () => {
  it('weigh less than 120 KB gzipped in all', () => {
    const files = readdirSync(BUILT, { recursive: true, withFileTypes: true }).filter((one) =>
      one.name.endsWith('.gz'),
    );
    expect(files.length).toBeGreaterThanOrEqual(4);
    const sum = files.reduce((bytes, { parentPath, name }) => bytes + statSync(join(parentPath, name)).size, 0);
    expect(sum).toBeLessThan(GZIPPED_BYTES_MAX);
  });

  it('have no inline script, style or handler, and nothing from elsewhere', () => {
    const page = readFileSync(join(BUILT, 'index.html'), 'utf8');
    expect(page).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\son\w+=|\sstyle=|https?:\/\//);
    for (const name of readdirSync(join(BUILT, 'assets')).filter((one) => /\.(?:js|css)$/.test(one))) {
      const text = readFileSync(join(BUILT, 'assets', name), 'utf8');
      expect(text).not.toMatch(/\beval\(|new Function\(|@import|url\(\s*["']?https?:/);
    }
  });

  it('come with a policy that lets nothing else run', async () => {
    const { headers: sent, statusCode } = await get('/');
    expect(statusCode).toBe(200);
    const policy = String(sent['content-security-policy']);
    for (const part of [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "connect-src 'self'",
      "frame-ancestors 'none'",
    ])
      expect(policy.split('; ')).toContain(part);
    expect(policy).not.toContain('unsafe');
    expect(sent).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-cache',
    });
  });

  it('are kept by browsers for good, and sent as they were compressed by the build', async () => {
    const name = readdirSync(join(BUILT, 'assets')).find((one) => one.endsWith('.js'))!;
    const plain = await get(`/assets/${name}`);
    expect(plain.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(plain.headers['content-type']).toMatch(/^text\/javascript/);
    const zipped = await get(`/assets/${name}`, { 'accept-encoding': 'gzip' });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.rawPayload).equals(plain.rawPayload)).toBe(true);
    expect((await get(`/assets/${name}`, { 'accept-encoding': 'gzip, br' })).headers['content-encoding']).toBe('br');
  });

  it('answer every address of a view, also one with dots, and nothing else', async () => {
    for (const view of ['/incidents', '/incidents/inc-1', '/attackers/ip%3A203.0.113.9', '/policies?file=a.yaml'])
      expect((await get(view)).headers['content-type'], view).toMatch(/^text\/html/);
    expect((await get('/assets/none.js')).statusCode).toBe(404);
    expect((await get('/api/v1/none')).statusCode).toBe(401);
    expect((await port.app.inject({ method: 'POST', url: '/incidents', headers, payload: {} })).statusCode).toBe(404);
    expect((await get('/%2e%2e/users.json')).body).not.toContain('hash');
  });
});
