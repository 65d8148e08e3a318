import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openCountries } from '../../src/geoip/countries.ts';

describe('the country of an address', () => {
  it('comes from the installed free database when nothing else is configured', async () => {
    const countryOf = await openCountries(undefined);
    expect(countryOf('8.8.8.8')).toBe('US');
    expect(countryOf('210.89.160.1')).toBe('KR');
    expect(countryOf('2001:4860:4860::8888')).toBe('US');
    // The second time from memory.
    expect(countryOf('8.8.8.8')).toBe('US');
  });

  it('is unknown for inside addresses and for what is no address', async () => {
    const countryOf = await openCountries(undefined);
    for (const address of ['127.0.0.1', '10.1.2.3', '::1', 'unknown', '']) expect(countryOf(address)).toBeUndefined();
  });

  it('is refused with the file and the reason when the database cannot be used', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    await expect(openCountries(join(folder, 'none.mmdb'))).rejects.toThrow(
      /none\.mmdb cannot be opened: there is no such file/,
    );
    writeFileSync(join(folder, 'text.mmdb'), 'this is no database');
    await expect(openCountries(join(folder, 'text.mmdb'))).rejects.toThrow(
      /text\.mmdb cannot be opened: it is no MMDB file/,
    );
  });
});
