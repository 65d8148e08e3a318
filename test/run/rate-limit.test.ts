import { expect, it } from 'vitest';
import { removeFolder, startGateway, upstreamThat } from './gateway-process.ts';

const pause = (ms: number): Promise<void> => new Promise((turn) => setTimeout(turn, ms));

it('counts the requests of a rate-limited actor over all workers of the node', async () => {
  const upstream = await upstreamThat((request, response) => {
    request.resume();
    response.end('fine');
  });
  const gateway = await startGateway(['--upstream', upstream.url, '--mode', 'enforce', '--workers', '2']);
  try {
    const restriction = {
      actor: { kind: 'ip', id: '127.0.0.1' },
      action: 'rate-limit',
      requestsPerMinuteMax: 10,
      durationSeconds: 600,
      reason: 'test',
      force: true,
    };
    const made = await gateway.api('/restrictions', { method: 'POST', body: JSON.stringify(restriction) });
    expect(made.status).toBe(201);
    // The whole test within one minute of the clock.
    const secondsLeft = 60 - new Date().getSeconds();
    if (secondsLeft < 15) await pause(secondsLeft * 1_000);
    const statuses: number[] = [];
    let retryAfter = '';
    for (let i = 0; i < 24; i++) {
      // A connection of its own for each, so that they go to the workers in turn.
      const answer = await fetch(gateway.url, { headers: { connection: 'close' } });
      statuses.push(answer.status);
      if (answer.status === 429) retryAfter = answer.headers.get('retry-after') ?? '';
      await pause(120);
    }
    const through = statuses.filter((status) => status === 200).length;
    // One or two more while a count is on its way; each worker by itself would let all but four pass.
    expect(through).toBeGreaterThanOrEqual(10);
    expect(through).toBeLessThanOrEqual(12);
    expect(Number(retryAfter)).toBeGreaterThan(0);
  } finally {
    await gateway.stop('SIGKILL');
    upstream.close();
    removeFolder(gateway.data);
  }
});
