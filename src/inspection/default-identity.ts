// Where identities are looked for when the configuration says nothing: the places nearly every API uses.
import type { ActorSource } from './identify.ts';
import { TokenReader } from './token.ts';

export function defaultActorSources(): readonly ActorSource[] {
  return [
    {
      kind: 'jwt',
      headers: ['authorization'],
      cookies: [],
      subjectClaims: ['sub', 'email', 'user_id', 'uid'],
      reader: new TokenReader([], { issuer: undefined, audience: [], clockSkewSeconds: 60 }),
    },
    { kind: 'api-key', headers: ['x-api-key', 'api-key', 'apikey'], query: [] },
    {
      kind: 'session',
      cookies: [
        'session',
        'sessionid',
        'session_id',
        'sid',
        'connect.sid',
        'JSESSIONID',
        'PHPSESSID',
        'ASP.NET_SessionId',
      ],
    },
  ];
}
