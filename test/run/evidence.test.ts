// What an incident shows of the messages, and what the metrics say, on a real gateway.
import { afterEach, expect, it } from 'vitest';
import { type RunningGateway, removeFolder, startGateway, until, upstreamThat } from './gateway-process.ts';

let gateway: RunningGateway | undefined;
let close = (): void => {};

afterEach(async () => {
  await gateway?.stop('SIGKILL');
  close();
  if (gateway !== undefined) removeFolder(gateway.data);
  gateway = undefined;
});

interface Message {
  readonly target?: string;
  readonly body: string;
  readonly rawHeaders: string[];
}

it('shows whole messages with their secrets masked, before and at the moment of an attack, and counts them', async () => {
  const upstream = await upstreamThat((request, response) => {
    request.resume();
    response.setHeader('content-type', 'application/json');
    response.end('{"items":[{"sku":"lamp-1"}],"apiKey":"k3y9Zq2Lw7Rt4Vb6Nm1Kp8Xs"}');
  });
  close = upstream.close;
  gateway = await startGateway(['--upstream', upstream.url, '--mode', 'enforce', '--workers', '2']);
  const send = (body: object) =>
    fetch(`${gateway!.url}/api/search?page=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer s3cr3t-t0ken', cookie: 'sid=s3cr3t-sid' },
      body: JSON.stringify(body),
    }).then(async (response) => {
      await response.arrayBuffer();
      return response.status;
    });
  for (let i = 0; i < 6; i++) expect(await send({ query: `lamp ${i}`, password: 'correct-horse-7' })).toBe(200);
  expect(await send({ query: "x' UNION SELECT password FROM users--", password: 'correct-horse-7' })).toBe(403);

  const evidence = await until(async () => {
    const { items } = (await (await gateway!.api('/incidents?detection=injection-sql')).json()) as {
      items: { id: string }[];
    };
    if (items.length === 0) return undefined;
    const incident = (await (await gateway!.api(`/incidents/${items[0]!.id}`)).json()) as {
      evidence: { position: string; request?: Message; response?: Message }[];
    };
    return incident.evidence.length >= 6 && incident.evidence.every(({ request }) => request !== undefined)
      ? incident.evidence
      : undefined;
  });
  expect(evidence.filter(({ position }) => position === 'before')).toHaveLength(5);
  const trigger = evidence.find(({ position }) => position === 'trigger')!;
  expect(trigger.request!.target).toBe('/api/search?page=1');
  expect(trigger.request!.body).toContain('UNION SELECT');
  expect(evidence[0]!.response!.body).toContain('lamp-1');
  const text = JSON.stringify(evidence);
  for (const secret of ['s3cr3t', 'correct-horse', 'k3y9Zq2Lw7Rt4Vb6Nm1Kp8Xs']) expect(text).not.toContain(secret);

  const metrics = await (await fetch(`${gateway.admin}/metrics`)).text();
  expect(metrics).toMatch(/^sallyport_store_up 1$/m);
  expect(metrics).toMatch(/^sallyport_incidents\{status="open",severity="critical"\} 1$/m);
  expect(metrics).toMatch(/^sallyport_transaction_duration_seconds_bucket\{le="\+Inf"\} 7$/m);
  expect(metrics).toMatch(/^sallyport_transaction_duration_seconds_count 7$/m);
  // The attack may come before the last ordinary request of the other worker; then its sender is a suspect already.
  const learned = (outcome: string): number =>
    Number(
      new RegExp(`^sallyport_learned_transactions_total\\{outcome="${outcome}"\\} (\\d+)$`, 'm').exec(metrics)?.[1],
    );
  expect(learned('unclean')).toBe(1);
  expect(learned('learned') + learned('suspect')).toBe(6);
});

it('keeps what a person decided, though the gateway is killed a moment later', async () => {
  const upstream = await upstreamThat((_, response) => response.end('{}'));
  close = upstream.close;
  const args = ['--upstream', upstream.url, '--mode', 'enforce', '--workers', '1'];
  gateway = await startGateway(args);
  await fetch(`${gateway.url}/api/search?q=${encodeURIComponent("x' UNION SELECT password FROM users--")}`);
  const listed = async () =>
    (await (await gateway!.api('/incidents?detection=injection-sql')).json()) as {
      items: { id: string; status: string }[];
    };
  const { id } = await until(async () => (await listed()).items[0]);
  const headers = { 'content-type': 'application/json' };
  const body = JSON.stringify({ status: 'false-positive', comment: 'our own scanner' });
  expect((await gateway.api(`/incidents/${id}`, { method: 'PATCH', headers, body })).status).toBe(200);
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await gateway.stop('SIGKILL');
  gateway = await startGateway(args, gateway.data);
  expect((await listed()).items).toMatchObject([{ id, status: 'false-positive' }]);
});
