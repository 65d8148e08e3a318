// N8: seeded secrets through every path of a running gateway; afterwards not one of them stands in a file, a log line, a metric
// or an answer of the admin API.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { removeFolder, startGateway, until, upstreamThat } from '../run/gateway-process.ts';

/** Valid by their checksums, so that they are recognised for what they are. */
function cardNumber(seed: number): string {
  const digits = `4${String(seed).padStart(14, '7')}`;
  let sum = 0;
  for (const [i, digit] of [...digits].toReversed().entries()) {
    const value = Number(digit) * (i % 2 === 0 ? 2 : 1);
    sum += value > 9 ? value - 9 : value;
  }
  return digits + ((10 - (sum % 10)) % 10);
}

const ROUNDS = 20;

describe('secrets', () => {
  it('that pass through in every place are in no file, log, metric or answer afterwards', async () => {
    const secrets = new Set<string>();
    const secret = (text: string): string => {
      secrets.add(text);
      return text;
    };
    let answer = '{}';
    const upstream = await upstreamThat((request, response) => {
      request.resume();
      response.setHeader('content-type', 'application/json');
      response.setHeader('set-cookie', `session=${secret(`SetCookieSecret${secrets.size}Zq9`)}; HttpOnly`);
      response.end(answer);
    });
    const gateway = await startGateway(['--upstream', upstream.url, '--workers', '1', '--mode', 'enforce']);
    try {
      for (let i = 0; i < ROUNDS; i++) {
        const jwt = `eyJhbGciOiJIUzI1NiJ9.${Buffer.from(JSON.stringify({ sub: `user${i}`, exp: 1_700_000_000 + i })).toString('base64url')}.${secret(`sIgNaTuReOfTokenNumber${i}xXyYzZ`)}`;
        answer = JSON.stringify({
          card: secret(cardNumber(1_000 + i)),
          ssn: secret(`536-22-${8_000 + i}`),
          password: secret(`Answer-Passw0rd-${i}!`),
        });
        const headers = {
          authorization: `Bearer ${jwt}`,
          cookie: `sid=${secret(`CookieSecret${i}Kx81LmPq`)}`,
          'x-api-key': secret(`sk_live_51H${i}abcdefghijklmnopqrstuv`),
          'content-type': 'application/json',
        };
        const attack = i % 2 === 0 ? "' UNION SELECT password FROM users--" : 'hello';
        await fetch(
          `${gateway.url}/pay/${secret(cardNumber(2_000 + i))}?access_token=${secret(`QueryTokenSecret${i}AbCdEf123456`)}&q=${encodeURIComponent(attack)}`,
          { headers },
        );
        await fetch(`${gateway.url}/login`, {
          method: 'POST',
          headers,
          body: JSON.stringify({
            username: `ann${i}`,
            password: secret(`Body-Passw0rd-${i}!`),
            card: secret(cardNumber(3_000 + i)),
            note: attack,
          }),
        });
        await fetch(`${gateway.url}/form`, {
          method: 'POST',
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
          body: `password=${secret(`FormPassw0rd${i}x`)}&ssn=${secret(`536-23-${8_000 + i}`)}`,
        });
      }
      const texts = new Map<string, string>();
      await until(
        async () =>
          /sallyport_transactions_received_total (\d+)/.exec(
            await (await fetch(`${gateway.admin}/metrics`)).text(),
          )?.[1] === String(3 * ROUNDS),
        60_000,
      );
      texts.set('metrics', await (await fetch(`${gateway.admin}/metrics`)).text());
      for (const path of [
        '/transactions',
        '/incidents',
        '/actors',
        '/endpoints',
        '/audit-log',
        '/data-types',
        '/restrictions',
      ]) {
        const response = await gateway.api(path);
        texts.set(path, await response.text());
      }
      await gateway.stop();
      texts.set('log', gateway.output());
      for (const file of files(gateway.data)) texts.set(file, readFileSync(file, 'latin1'));
      expect(secrets.size).toBeGreaterThanOrEqual(8 * ROUNDS);
      // A search that finds nothing must be one that could.
      expect(texts.get('log')).toContain('/login');
      const leaks = [...texts].flatMap(([place, text]) =>
        [...secrets].filter((one) => text.includes(one)).map((one) => `${place}: ${one}`),
      );
      console.log(`canary: ${secrets.size} secrets, ${texts.size} places, ${leaks.length} leaks`);
      expect(leaks).toEqual([]);
    } finally {
      await gateway.stop();
      upstream.close();
      removeFolder(gateway.data);
    }
  }, 180_000);
});

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => statSync(path).isFile());
}
