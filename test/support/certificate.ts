import { execFileSync } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

export interface CertificateFiles {
  readonly certFile: string;
  readonly keyFile: string;
}

/** A folder that is gone after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A self-signed certificate, put in place as certificate managers do it: whole, by renaming. */
export function writeCertificate(folder: string, name: string, days = 30): CertificateFiles {
  const files = { certFile: join(folder, 'cert.pem'), keyFile: join(folder, 'key.pem') };
  const fresh = { certFile: join(folder, 'fresh-cert.pem'), keyFile: join(folder, 'fresh-key.pem') };
  const names = `subjectAltName=DNS:${name},IP:127.0.0.1`;
  // biome-ignore format: one option and its value after the other
  execFileSync('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', String(days),
    '-subj', `/CN=${name}`, '-addext', names, '-keyout', fresh.keyFile, '-out', fresh.certFile,
  ], { stdio: 'ignore' });
  renameSync(fresh.keyFile, files.keyFile);
  renameSync(fresh.certFile, files.certFile);
  return files;
}
