import { describe, expect, it } from 'vitest';
import type { ResponseWish } from '../../../src/analysis/response/response.ts';
import type { ListDocument, PolicyDocument, ResponsePlanDocument } from '../../../src/core/document.ts';
import type { RestrictAction } from '../../../src/core/response-plan.ts';
import { customer, login } from '../shop.ts';
import { DAY, finding, HOUR, MINUTE, type Person, SECOND, World } from '../world.ts';

const THIEF: Person = { address: '89.208.58.114', country: 'RU', userAgent: 'python-requests/2.31' };
const SOURCE = { file: 'test.yaml', line: 1, column: 1 };

const BLOCK: RestrictAction = {
  kind: 'restrict',
  action: 'block',
  actor: ['api-key', 'session', 'subject', 'ip'],
  durationsSeconds: [900, 3_600, 86_400],
  requestsPerMinuteMax: 10,
  othersMax: 3,
};

function plan(
  part: Partial<ResponsePlanDocument>,
  match: Partial<ResponsePlanDocument['match']> = {},
): ResponsePlanDocument {
  return {
    kind: 'response-plan',
    id: 'test-plan',
    description: '',
    enabled: true,
    source: SOURCE,
    match: {
      severity: [],
      module: [],
      family: [],
      detection: [],
      result: [],
      endpoint: [],
      environment: [],
      tags: [],
      actorConfidenceMin: 0,
      countMin: 1,
      ...match,
    },
    actions: [BLOCK],
    mode: 'automatic',
    coolDownSeconds: 60,
    isDryRun: false,
    ...part,
  };
}

/** Only the plans of the test: the shipped ones are left out. */
function worldWith(...documents: PolicyDocument[]): World {
  const world = new World();
  const others = world.documents.filter((document) => document.kind !== 'response-plan');
  world.analysis.load({ version: 'test', documents: [...others, ...documents] });
  return world;
}

function guess(world: World, times: number, person = THIEF, account = 'ann'): void {
  for (let i = 0; i < times; i++) {
    login(world, person, account, false);
    world.pass(SECOND);
  }
}

function wishes<K extends ResponseWish['kind']>(world: World, kind: K): Extract<ResponseWish, { kind: K }>[] {
  return world.events.flatMap((event) =>
    event.kind === 'wish' && event.wish.kind === kind ? [event.wish as Extract<ResponseWish, { kind: K }>] : [],
  );
}

describe('an automatic plan', () => {
  it('restricts the attacker once, with reason, end and whom else it meets', () => {
    const world = worldWith(plan({}));
    guess(world, 12);
    const restricts = wishes(world, 'restrict');
    expect(restricts).toHaveLength(1);
    const { proposal, expiresAt } = restricts[0]!;
    expect(proposal).toMatchObject({
      actor: { kind: 'ip', id: '89.208.58.114' },
      action: 'block',
      durationSeconds: 900,
      othersPerDay: 0,
      status: 'approved',
      decidedBy: 'automatic',
      plan: 'test-plan',
    });
    expect(proposal.reason).toMatch(/^Brute force - password guessing \(inc-[0-9a-f]{12}-1\)$/);
    expect(expiresAt - proposal.createdAt).toBe(900 * SECOND);
  });

  it('restricts for longer each time within a week, and not again within its cool-down', () => {
    const world = worldWith(plan({}));
    const durations = (): number[] => wishes(world, 'restrict').map(({ proposal }) => proposal.durationSeconds);
    guess(world, 8);
    expect(durations()).toEqual([900]);
    for (const expected of [3_600, 86_400, 86_400]) {
      world.pass(25 * HOUR);
      guess(world, 40, THIEF, `account${expected}${durations().length}`);
      expect(durations().at(-1)).toBe(expected);
      expect(
        durations()
          .slice(1)
          .every((one) => one >= 3_600),
      ).toBe(true);
    }
    world.pass(8 * DAY);
    guess(world, 12, THIEF, 'a fifth');
    expect(durations().at(-1)).toBe(900);
  });

  it('does not punish for running against the restriction that holds', () => {
    const world = worldWith(plan({ coolDownSeconds: 0 }));
    guess(world, 300);
    expect(wishes(world, 'restrict')).toHaveLength(1);
  });

  it('proposes every address of an attack from many, and leaves them to a person', () => {
    const world = worldWith(plan({}));
    for (let i = 0; i < 60; i++) {
      login(world, { address: `203.0.113.${i % 15}` }, `stranger${i}@mail.example`, false);
      world.pass(5 * SECOND);
    }
    expect(wishes(world, 'restrict')).toEqual([]);
    const waiting = world.analysis.proposals('waiting');
    expect(new Set(waiting.map(({ actor }) => actor.id)).size).toBe(15);
    expect(waiting[0]!.warning).toMatch(/^one of \d+ addresses of this attack/);
  });

  it('restricts the token rather than the address', () => {
    const world = worldWith(plan({}));
    for (let i = 0; i < 6; i++) {
      world.send(customer(1), 'GET', '/api/search', { action: 'block', findings: [finding('injection-sql')] });
    }
    expect(wishes(world, 'restrict').map(({ proposal }) => proposal.actor.kind)).toEqual(['subject']);
  });

  it('restricts the address, not a name that nobody checked and that the API never answered', () => {
    const world = worldWith(plan({}, { countMin: 5 }));
    const forger: Person = { address: '89.208.58.114', subject: 'ann' };
    for (let i = 0; i < 12; i++) {
      const record = world.record(forger, 'GET', '/api/search', {
        action: 'block',
        findings: [finding('injection-sql')],
      });
      const actors = record.actors.map((actor) => ({ ...actor, isVerified: actor.kind === 'ip' }));
      world.analysis.take({ ...record, actors });
      world.pass(SECOND);
    }
    expect(wishes(world, 'restrict').map(({ proposal }) => proposal.actor)).toEqual([
      { kind: 'ip', id: '89.208.58.114', isVerified: true },
    ]);
  });

  it('leaves such a name to a person where there is nothing else, and says why', () => {
    const world = worldWith(plan({ actions: [{ ...BLOCK, actor: ['subject'] }] }, { countMin: 5 }));
    for (let i = 0; i < 12; i++) {
      const record = world.record(customer(1), 'GET', '/api/search', {
        action: 'block',
        findings: [finding('injection-sql')],
      });
      world.analysis.take({ ...record, actors: record.actors.map((actor) => ({ ...actor, isVerified: false })) });
      world.pass(SECOND);
    }
    expect(wishes(world, 'restrict')).toEqual([]);
    expect(world.analysis.proposals('waiting').at(-1)).toMatchObject({
      actor: { kind: 'subject', isVerified: false },
      warning: 'a name that nobody has checked: whoever wrote it may be somebody else',
    });
  });

  it('leaves an address that many share to a person, and says whom it would meet', () => {
    const world = worldWith(plan({}));
    const office = '62.96.10.4';
    for (let n = 0; n < 14; n++) world.send({ ...customer(n), address: office }, 'GET', '/api/products', {});
    guess(world, 12, { address: office });
    expect(wishes(world, 'restrict')).toEqual([]);
    const [waiting] = world.analysis.proposals('waiting');
    expect(waiting).toMatchObject({ actor: { kind: 'ip', id: office }, othersPerDay: 14 });
    expect(waiting!.warning).toBe(
      '14 other users came from this address in 24 hours: restrict the token, key or session instead',
    );
  });

  it('never restricts an address for one signal', () => {
    const world = worldWith(plan({}));
    world.send(THIEF, 'GET', '/api/search', { action: 'block', findings: [finding('injection-sql')] });
    expect(wishes(world, 'restrict')).toEqual([]);
    expect(world.analysis.proposals('waiting')[0]!.warning).toBe('one signal only, of an identity that can be forged');
  });

  it('never touches who is on an allow-list, a trusted proxy or loopback', () => {
    const list: ListDocument = {
      kind: 'list',
      id: 'partners',
      description: '',
      enabled: true,
      source: SOURCE,
      action: 'allow',
      match: { endpoint: ['GET /elsewhere'], actor: undefined },
      entries: { ips: ['89.208.58.0/24'], actors: [{ kind: 'api-key', id: 'key:partner' }], countries: [] },
    };
    const world = worldWith(plan({}), list);
    guess(world, 12);
    guess(world, 12, { address: '127.0.0.1' }, 'bob');
    expect(world.titles()).toHaveLength(2);
    expect(wishes(world, 'restrict')).toEqual([]);
    expect(world.analysis.proposals()).toEqual([]);
    expect(world.analysis.objectionTo({ kind: 'api-key', id: 'key:partner', isVerified: false })).toBe(
      'it is on the allow-list partners',
    );
  });

  it('does nothing in a dry run but say what it would do', () => {
    const world = worldWith(
      plan({ isDryRun: true, actions: [BLOCK, { kind: 'notify', sink: 'soc' }, { kind: 'tag', tag: 'x' }] }),
    );
    guess(world, 12);
    expect(wishes(world, 'restrict')).toEqual([]);
    expect(wishes(world, 'tag')).toEqual([]);
    expect(wishes(world, 'notify').every(({ isDryRun }) => isDryRun)).toBe(true);
    expect(world.analysis.proposals().map(({ status }) => status)).toEqual(['dry-run']);
  });
});

describe('a plan on approval', () => {
  it('waits for a person, who approves or declines once', () => {
    const world = worldWith(plan({ mode: 'on-approval' }));
    guess(world, 12);
    expect(wishes(world, 'restrict')).toEqual([]);
    const { id } = world.analysis.proposals('waiting')[0]!;
    const approved = world.analysis.decideProposal(id, true, 'ann', world.now)!;
    expect(approved).toMatchObject({ status: 'approved', decidedBy: 'ann' });
    expect(wishes(world, 'restrict')).toHaveLength(1);
    expect(world.analysis.decideProposal(id, false, 'bob', world.now)).toBeUndefined();
  });

  it('does nothing when it is declined, or when nobody decides for a day', () => {
    const world = worldWith(plan({ mode: 'on-approval' }));
    guess(world, 12);
    guess(world, 12, { address: '203.0.113.9' }, 'bob');
    const [second] = world.analysis.proposals('waiting');
    world.analysis.decideProposal(second!.id, false, 'ann', world.now);
    guess(world, 200, { address: '203.0.113.9' }, 'bob');
    world.pass(DAY + MINUTE);
    expect(world.analysis.proposals().map(({ status }) => status)).toEqual(['declined', 'lapsed']);
    expect(wishes(world, 'restrict')).toEqual([]);
  });

  it('is undone through the restriction that was made', () => {
    const world = worldWith(plan({}));
    guess(world, 12);
    const { proposal } = wishes(world, 'restrict')[0]!;
    expect(world.analysis.undoProposal(proposal.id, 'ann', world.now)).toBeUndefined();
    world.analysis.madeRestriction(proposal, 'r-1', world.now);
    expect(world.incidents()[0]!.history.at(-1)).toMatchObject({ what: 'restriction', by: 'automatic' });
    expect(world.analysis.actor('ip:89.208.58.114', world.now)!.timeline[0]!.kind).toBe('restriction');
    world.analysis.undoProposal(proposal.id, 'ann', world.now);
    expect(wishes(world, 'undo')).toMatchObject([{ restrictionId: 'r-1', proposal: { status: 'undone' } }]);
  });
});

describe('the conditions of a plan', () => {
  const rows: [name: string, match: Partial<ResponsePlanDocument['match']>, isMet: boolean][] = [
    ['its severity', { severity: ['high'] }, true],
    ['another severity', { severity: ['critical'] }, false],
    ['its module', { module: ['behaviour'] }, true],
    ['another module', { module: ['attack'] }, false],
    ['its family', { family: ['suspicious-behavior'] }, true],
    ['another family', { family: ['misconfiguration'] }, false],
    ['its detection', { detection: ['xss', 'brute-force'] }, true],
    ['another detection', { detection: ['xss'] }, false],
    ['its result', { result: ['attempt'] }, true],
    ['another result', { result: ['succeeded'] }, false],
    ['its endpoint', { endpoint: ['POST /api/*'] }, true],
    ['another endpoint', { endpoint: ['GET /api/**'] }, false],
    ['its environment', { environment: ['shop'] }, true],
    ['another environment', { environment: ['staging'] }, false],
    ['a tag of its endpoint', { tags: ['login'] }, true],
    ['another tag', { tags: ['payment'] }, false],
    ['a confidence that is reached', { actorConfidenceMin: 30 }, true],
    ['a confidence that is not', { actorConfidenceMin: 99 }, false],
    ['a count that is reached', { countMin: 5 }, true],
    ['a count that is not', { countMin: 500 }, false],
  ];
  it.each(rows)('%s', (_, match, isMet) => {
    const world = new World(1, [], { tagsOf: () => ['login'] });
    const documents = world.documents.filter((document) => document.kind !== 'response-plan');
    const action = { kind: 'notify', sink: 'soc' } as const;
    world.analysis.load({ version: 'test', documents: [...documents, plan({ actions: [action] }, match)] });
    guess(world, 6);
    expect(wishes(world, 'notify').length > 0).toBe(isMet);
  });

  it('a ticket is made once, messages come again after the cool-down', () => {
    const world = worldWith(
      plan({
        actions: [
          { kind: 'ticket', sink: 'jira' },
          { kind: 'notify', sink: 'soc' },
          { kind: 'tag', tag: 'watched' },
        ],
      }),
    );
    guess(world, 400);
    expect(wishes(world, 'ticket')).toHaveLength(1);
    expect(wishes(world, 'notify').length).toBeGreaterThan(2);
    expect(world.incidents()[0]!.tags).toEqual(['watched']);
  });
});
