import { describe, expect, it } from 'vitest';
import { defaultActorSources } from '../../src/inspection/default-identity.ts';
import { Identifier } from '../../src/inspection/identify.ts';

const identifier = new Identifier(defaultActorSources());
const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

function actorsOf(...headers: readonly string[]): string[] {
  const { actors } = identifier.identify('198.51.100.7', headers, [], [], 0);
  return actors.slice(1).map(({ kind, id }) => `${kind} ${id}`);
}

describe('a bearer token', () => {
  it('that is a JWT stands for its subject', () => {
    const token = `${part({ alg: 'HS256' })}.${part({ sub: 'ann' })}.c2lnbmF0dXJl`;
    expect(actorsOf('Authorization', `Bearer ${token}`)).toEqual(['subject ann']);
  });

  it('that is none is an identity, the same each time, and does not show itself', () => {
    const [first] = actorsOf('Authorization', 'Bearer gho_16C7e42F292c6912E7710c838347Ae178B4a');
    expect(first).toMatch(/^api-key token:[0-9a-f]{16}$/);
    expect(actorsOf('authorization', 'bearer  gho_16C7e42F292c6912E7710c838347Ae178B4a')).toEqual([first]);
    expect(actorsOf('Authorization', 'Bearer gho_0000000000000000000000000000000000aa')).not.toEqual([first]);
  });

  it('is not taken for the key or the cookie of the same text that came before it, nor the other way round', () => {
    const text = 'k3y-0f-s0mebody-wh0-is-restricted';
    const kinds = [
      ['Cookie', `session=${text}`],
      ['Authorization', `Bearer ${text}`],
      ['X-API-Key', text],
    ].map(([name, value]) => {
      const cookies: [string, string][] = name === 'Cookie' ? [['session', text]] : [];
      return identifier.identify('198.51.100.7', [name!, value!], cookies, [], 0).actors[1]?.id.split(':')[0];
    });
    expect(kinds).toEqual(['session', 'token', 'key']);
  });

  it.each([
    'Bearer null',
    'Bearer undefined',
    'Bearer two words of something',
    'Basic YW5uOnNlY3JldHNlY3JldA==',
    'Bearer ',
  ])('%s is nobody', (header) => {
    expect(actorsOf('Authorization', header)).toEqual([]);
  });
});
