import { describe, expect, it } from 'vitest';
import { DEATHS_MIN, DeadlyRequests } from '../../src/quarantine/deadly-requests.ts';
import { fingerprintsOf, withBody } from '../../src/quarantine/fingerprints.ts';

const HOUR_MS = 3_600_000;
const A = ['a'.repeat(16), 'b'.repeat(16)] as const;

describe('the table of deadly requests', () => {
  it('refuses what was named twice, and nothing before', () => {
    const table = new DeadlyRequests();
    expect(table.state(0)).toEqual({ isWatching: false, suspects: [], refused: [] });
    expect(table.died([], 0)).toEqual([]);
    expect(table.state(1)).toEqual({ isWatching: true, suspects: [], refused: [] });
    expect(table.died(A, 2)).toEqual([]);
    expect(table.state(3).suspects).toEqual(A);
    expect(table.died(A, 4)).toEqual(A);
    expect(table.state(5)).toEqual({ isWatching: true, suspects: [], refused: A });
    expect(table.deaths).toBe(3);
  });

  it('forgets a suspect that was survived, and keeps what is refused', () => {
    const table = new DeadlyRequests();
    for (let i = 0; i < 10; i++) {
      expect(table.died(A, i)).toEqual([]);
      table.survived(A);
    }
    expect(table.state(10).suspects).toEqual([]);
    for (let i = 0; i < DEATHS_MIN; i++) table.died(A, 10);
    table.survived(A);
    expect(table.state(11).refused).toEqual(A);
  });

  it('gives another try after an hour, and refuses again at the next death', () => {
    const table = new DeadlyRequests();
    table.died(A, 0);
    table.died(A, 0);
    expect(table.state(HOUR_MS)).toMatchObject({ suspects: A, refused: [] });
    expect(table.died(A, HOUR_MS + 1)).toEqual(A);
    table.survived(A);
    expect(table.state(HOUR_MS + 2).refused).toEqual(A);
  });

  it('stops watching an hour after the last death', () => {
    const table = new DeadlyRequests();
    table.died(A, 0);
    expect(table.state(HOUR_MS - 1).isWatching).toBe(true);
    expect(table.state(HOUR_MS)).toEqual({ isWatching: false, suspects: [], refused: [] });
  });

  it('has a bound', () => {
    const table = new DeadlyRequests();
    for (let i = 0; i < 3_000; i++) table.died([i.toString(16).padStart(16, '0')], i);
    expect(table.state(3_000).suspects).toHaveLength(1_000);
  });
});

describe('fingerprints', () => {
  const head = (target: string, ...rawHeaders: string[]) => ({
    method: 'GET',
    target,
    httpVersion: '1.1',
    rawHeaders: ['Host', 'shop.example', ...rawHeaders],
  });

  it('are the same for the same request, whatever its trace says', () => {
    expect(fingerprintsOf(head('/a', 'X-Request-Id', '1', 'Date', 'now'))).toEqual(fingerprintsOf(head('/a')));
  });

  it('differ narrowly by any other line, and widely by method, host, target and body alone', () => {
    const [narrow, wide] = fingerprintsOf(head('/a'));
    const [narrower, wider] = fingerprintsOf(head('/a', 'Cookie', 'a=b'));
    expect(narrower).not.toBe(narrow);
    expect(wider).toBe(wide);
    expect(fingerprintsOf(head('/b'))[1]).not.toBe(wide);
    const one = withBody([narrow, wide], Buffer.from('x'));
    expect(one).not.toEqual(withBody([narrow, wide], Buffer.from('y')));
    expect(new Set([narrow, wide, ...one]).size).toBe(4);
  });
});
