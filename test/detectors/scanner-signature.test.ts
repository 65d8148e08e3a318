import { describe, expect, it } from 'vitest';
import type { RequestView } from '../../src/core/detector.ts';
import { scannerSignature } from '../../src/detectors/scanner-signature.ts';

function found(path: string, agent: string): string[] {
  const view = { path, rawHeaders: ['user-agent', agent] } as unknown as RequestView;
  return scannerSignature
    .load({})(view)
    .map((one) => one.location);
}

describe('scanner-signature', () => {
  it.each([
    'sqlmap/1.7',
    'Mozilla/5.0 (Nikto/2.1.6)',
    'Nuclei - Open-source project',
    'gobuster/3.6',
    'Fuzz Faster U Fool v2.1',
    'WPScan v3.8 (https://wpscan.com)',
    'Mozilla/5.0 zgrab/0.x',
  ])('names the tool %s', (agent) => expect(found('/', agent)).toEqual(['header']));
  it.each(['/.env', '/.git/config', '/wp-login.php', '/actuator/env', '/phpmyadmin/index.php', '/server-status'])(
    'names the probe %s',
    (path) => expect(found(path, 'curl/8')).toEqual(['path']),
  );
  it.each([
    'curl/8.5.0',
    'python-requests/2.31',
    'Go-http-client/2.0',
    'PostmanRuntime/7.36',
    'okhttp/4.12',
    'Mozilla/5.0 (X11; Linux x86_64)',
    'zapier',
    '',
  ])('is quiet about %j', (agent) => expect(found('/', agent)).toEqual([]));
  it.each(['/', '/api/environment', '/api/users', '/actuators', '/info', '/console', '/backups'])(
    'is quiet about the path %s',
    (path) => expect(found(path, 'curl/8')).toEqual([]),
  );
});
