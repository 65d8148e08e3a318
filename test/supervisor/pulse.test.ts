import { describe, expect, it } from 'vitest';
import { Pulse, waitedForProcessorMs } from '../../src/supervisor/pulse.ts';

describe('a pulse', () => {
  it('is silent since the last beat, less the time in which the machine did not let it run', () => {
    let waited = 100;
    const pulse = new Pulse(0, () => waited);
    expect(pulse.silentMs(6_000)).toBe(6_000);
    waited += 5_500;
    expect(pulse.silentMs(6_000)).toBe(500);
    pulse.beat(6_000);
    expect(pulse.silentMs(12_000)).toBe(6_000);
  });

  it('hears of waiting from the system, and nothing of a process that is not there', () => {
    expect(waitedForProcessorMs(process.pid)).toBeGreaterThanOrEqual(0);
    expect(Number.isFinite(waitedForProcessorMs(process.pid))).toBe(true);
    expect(waitedForProcessorMs(undefined)).toBe(0);
    expect(waitedForProcessorMs(2 ** 30)).toBe(0);
  });
});
