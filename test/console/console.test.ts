// The console in a real Chromium, in front of a real gateway with traffic: the day of a team, on one gateway and in one browser.
import { expect, it } from 'vitest';
import { longerWork } from './longer-work.ts';
import { mainTasks } from './main-tasks.ts';
import { morning } from './morning.ts';
import { pages } from './pages.ts';
import { stage } from './stage.ts';
import { states } from './states.ts';

const on = stage({ config: 'recorder: { enabled: true }\n' });

morning(on);
longerWork(on);
pages(on);
mainTasks(on);
states(on);

it('complains of nothing', () => {
  expect(on.visit.complaints).toEqual([]);
});
