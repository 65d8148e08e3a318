import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AdminPort, adminPort, Browser, TOKEN } from './admin-port.ts';

const POLICY = `# Why this is here.
kind: data-policy
id: no-cards
description: Cards stay inside.
match: { direction: response, endpoint: "GET /api/**", dataTypes: [card] }
action: mask
severity: high
---
kind: data-type
id: card
title: Card
tags: [pci]
severity: high
pattern: "4[0-9]{15}"
validator: luhn
`;

let port: AdminPort;
let browser: Browser;

beforeEach(async () => {
  port = await adminPort();
  browser = new Browser(port.app);
  await browser.signIn({ token: TOKEN });
});

afterEach(() => port.close());

const write = (file: string, text: string, revision?: string) =>
  browser.send('PUT', '/policy-files/content', { file, text, ...(revision === undefined ? {} : { revision }) });
const read = (file: string) => browser.send('GET', `/policy-files/content?file=${encodeURIComponent(file)}`);

describe('a policy file', () => {
  it('is validated, written whole and live at once', async () => {
    const written = await write('cards.yaml', POLICY);
    expect(written.status).toBe(200);
    expect(readFileSync(join(port.policies, 'cards.yaml'), 'utf8')).toBe(POLICY);
    const live = await browser.send('GET', '/policies');
    expect(live.body.version).toBe(written.body.version);
    expect(live.body.items.map(({ id }: { id: string }) => id)).toEqual(['no-cards', 'card']);
    expect((await browser.send('GET', '/policy-files')).body.items).toMatchObject([
      { layer: 'operator', file: 'cards.yaml', documents: [{ id: 'no-cards' }, { id: 'card', line: 9 }] },
    ]);
    expect(readdirSync(port.policies)).toEqual(['cards.yaml']);
  });

  it('with a fault is refused with its line and column, and nothing is written', async () => {
    await write('cards.yaml', POLICY);
    const before = (await read('cards.yaml')).body;
    const faulty = POLICY.replace('action: mask', 'action: mash');
    const refused = await write('cards.yaml', faulty, before.revision);
    expect(refused.status).toBe(422);
    expect(refused.body.faults).toMatchObject([{ file: 'cards.yaml', line: 6, column: 9 }]);
    expect((await read('cards.yaml')).body.text).toBe(POLICY);
    const checked = await browser.send('POST', '/policy-files/check', { file: 'cards.yaml', text: faulty });
    expect(checked.body.faults).toEqual(refused.body.faults);
  });

  it('that contradicts another file is refused, and both are named as people know them', async () => {
    await write('cards.yaml', POLICY);
    const refused = await write('more.yaml', POLICY);
    expect(refused.status).toBe(422);
    expect(refused.body.faults[0]).toMatchObject({
      file: 'more.yaml',
      message: expect.stringContaining('cards.yaml:2'),
    });
    expect(refused.text).not.toContain('candidate');
  });

  it('that somebody else changed meanwhile is not overwritten', async () => {
    await write('cards.yaml', POLICY);
    const { revision } = (await read('cards.yaml')).body;
    expect((await write('cards.yaml', `${POLICY}# mine\n`, revision)).status).toBe(200);
    const late = await write('cards.yaml', `${POLICY}# theirs\n`, revision);
    expect([late.status, late.body.title]).toEqual([409, expect.stringContaining('changed the file meanwhile')]);
    expect((await write('cards.yaml', POLICY)).status).toBe(409);
  });

  it('never stands outside the folder', async () => {
    symlinkSync('/etc/hostname', join(port.policies, 'link.yaml'));
    mkdirSync(join(port.folder, 'elsewhere'));
    symlinkSync(join(port.folder, 'elsewhere'), join(port.policies, 'dir'));
    const names = [
      '../out.yaml',
      '/etc/out.yaml',
      'a/../../out.yaml',
      'out.txt',
      '.hidden.yaml',
      'dir/out.yaml',
      'a\0.yaml',
    ];
    for (const name of names) expect([400, 409], name).toContain((await write(name, POLICY)).status);
    expect((await read('../users.json')).status).toBe(404);
    expect(existsSync(join(port.folder, 'elsewhere/out.yaml'))).toBe(false);
  });

  it('keeps what it was before, who changed it, and is taken back from there', async () => {
    await write('cards.yaml', POLICY);
    const { revision } = (await read('cards.yaml')).body;
    await write('cards.yaml', POLICY.replace('severity: high', 'severity: low'), revision);
    const { items } = (await browser.send('GET', '/policy-files/changes?file=cards.yaml')).body;
    expect(items).toMatchObject([{ by: 'environment', file: 'cards.yaml' }, { by: 'environment' }]);
    const change = (await browser.send('GET', `/policy-files/changes/${items[0].id}`)).body;
    expect(change.before).toBe(POLICY);
    expect((await browser.send('GET', '/policy-files/changes/..%2Fusers')).status).toBe(404);
  });

  it('that is the last one leaves a comment behind when it is deleted', async () => {
    await write('cards.yaml', POLICY);
    const { revision } = (await read('cards.yaml')).body;
    const gone = await browser.send('DELETE', `/policy-files/content?file=cards.yaml&revision=${revision}`);
    expect(gone.status).toBe(200);
    expect((await browser.send('GET', '/policies')).body.items).toEqual([]);
    expect(readdirSync(port.policies)).toEqual(['cards.yaml']);
  });

  it('is changed by admins only; analysts may ask what would be wrong with it', async () => {
    await port.users.create('ann', 'analyst', 'correct horse battery', 0);
    await browser.signIn({ name: 'ann', password: 'correct horse battery' });
    expect((await write('cards.yaml', POLICY)).status).toBe(403);
    expect(
      (await browser.send('POST', '/policy-files/check', { file: 'cards.yaml', text: POLICY })).body.faults,
    ).toEqual([]);
    expect((await browser.send('POST', '/exceptions', { yaml: 'kind: exception' })).status).toBe(403);
  });

  it('is completed from the schema of its kind', async () => {
    const schema = await browser.send('GET', '/policy-schemas/data-policy');
    expect(schema.body.properties).toHaveProperty('action');
    for (const kind of ['none', '..%2F..%2Fpackage', 'data-policy.schema'])
      expect((await browser.send('GET', `/policy-schemas/${kind}`)).status).toBe(404);
  });
});

describe('exceptions and lists', () => {
  const exception = (id: string) =>
    `kind: exception\nid: ${id}\ndetector: injection-sql\nmatch:\n  endpoint: "POST /api/search"\n  pointer: "/query"\nreason: tutorials\n`;

  it('are documents in files of the operator, added and taken out one by one', async () => {
    expect((await browser.send('POST', '/exceptions', { yaml: exception('fp-1') })).status).toBe(200);
    expect((await browser.send('POST', '/exceptions', { yaml: exception('fp-2') })).status).toBe(200);
    expect((await browser.send('GET', '/exceptions')).body.items).toMatchObject([{ id: 'fp-1' }, { id: 'fp-2' }]);
    expect((await browser.send('DELETE', '/exceptions/fp-1')).status).toBe(200);
    expect((await browser.send('GET', '/exceptions')).body.items).toMatchObject([{ id: 'fp-2' }]);
    expect((await browser.send('DELETE', '/exceptions/fp-1')).status).toBe(404);
    const actions = port.audit.latest(3).map(({ action, target }) => `${action} ${target}`);
    expect(actions).toEqual(['exception.delete fp-1', 'exception.create fp-2', 'exception.create fp-1']);
  });

  it('are refused when they are no exception, or a faulty one', async () => {
    expect((await browser.send('POST', '/exceptions', { yaml: POLICY })).status).toBe(409);
    const faulty = await browser.send('POST', '/exceptions', { yaml: exception('fp-1').replace('reason', 'raisin') });
    expect(faulty.status).toBe(422);
    expect(faulty.body.faults[0]).toMatchObject({ file: 'exceptions.yaml' });
  });

  it('keep the comments of a file that people wrote', async () => {
    const own = `# Our offices.\nkind: list\nid: console-allow\naction: allow\nentries:\n  ips:\n    - 192.0.2.0/24 # Seoul\n`;
    writeFileSync(join(port.policies, 'offices.yaml'), own);
    await browser.send('POST', '/policy-files/check', { file: 'x.yaml', text: '# nothing\n' });
    await write('other.yaml', '# to load the folder\n');
    const added = await browser.send('POST', '/lists', { action: 'allow', kind: 'ips', entry: '198.51.100.7' });
    expect(added.status).toBe(200);
    const text = readFileSync(join(port.policies, 'offices.yaml'), 'utf8');
    expect(text).toContain('# Our offices.');
    expect(text).toContain('# Seoul');
    expect(text).toContain('198.51.100.7');
    expect((await browser.send('DELETE', '/lists/console-allow?entry=198.51.100.7')).status).toBe(200);
    expect((await browser.send('GET', '/lists')).body.items[0].entries.ips).toEqual(['192.0.2.0/24']);
  });

  it('take an address or a country, and nothing else', async () => {
    expect((await browser.send('POST', '/lists', { action: 'deny', kind: 'countries', entry: 'KP' })).status).toBe(200);
    expect(
      (await browser.send('POST', '/lists', { action: 'deny', kind: 'ips', entry: 'not an address' })).status,
    ).toBe(422);
    expect(
      (await browser.send('POST', '/lists', { action: 'deny', kind: 'ips', entry: 'x"\n    - 10.0.0.0/8' })).status,
    ).toBe(422);
    expect((await browser.send('GET', '/lists')).body.items).toMatchObject([
      { entries: { countries: ['KP'], ips: [] } },
    ]);
    expect((await browser.send('DELETE', '/lists/console-deny?entry=KP')).status).toBe(200);
    expect((await browser.send('GET', '/lists')).body.items).toEqual([]);
  });
});
