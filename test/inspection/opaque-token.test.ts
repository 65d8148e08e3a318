// A bearer token that is no JWT still is one client: whoever holds it is known by it.
import { describe, expect, it } from 'vitest';
import { defaultActorSources } from '../../src/inspection/default-identity.ts';
import { Identifier } from '../../src/inspection/identify.ts';

const identifier = new Identifier(defaultActorSources());
const kindsOf = (authorization: string): string[] =>
  identifier.identify('198.51.100.4', ['authorization', authorization], [], [], 0).actors.map(({ kind }) => kind);

describe('an opaque bearer token', () => {
  it('is an identity of its own, the same for the same token, and not shown', () => {
    const one = identifier.identify('198.51.100.4', ['authorization', 'Bearer trk_4f9a02c81be7d365'], [], [], 0);
    const again = identifier.identify('203.0.113.9', ['Authorization', 'bearer trk_4f9a02c81be7d365'], [], [], 0);
    expect(one.actors[1]).toMatchObject({ kind: 'api-key', isVerified: false });
    expect(one.actors[1]!.id).not.toContain('4f9a02c8');
    expect(again.actors[1]).toEqual(one.actors[1]);
    expect(kindsOf('token 9d5b1c7e3f2a4680bd')).toEqual(['ip', 'api-key']);
  });

  it.each([
    'Bearer null',
    'Bearer undefined',
    'Bearer ',
    'Basic dXNlcjpwYXNzd29yZDEyMw==',
    'Bearer broken.jwt.of-nothing-at-all',
  ])('is not in %j', (authorization) => expect(kindsOf(authorization)).toEqual(['ip']));

  it('is none beside a JWT, whose subject says more', () => {
    const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    expect(kindsOf(`Bearer ${part({ alg: 'none' })}.${part({ sub: 'ann' })}.c2ln`)).toEqual(['ip', 'subject']);
  });
});
