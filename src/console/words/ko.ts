// Korean, by page.
import type { en } from './en.ts';
import { actors } from './ko/actors.ts';
import { administration } from './ko/administration.ts';
import { frame } from './ko/frame.ts';
import { incidents } from './ko/incidents.ts';
import { overview } from './ko/overview.ts';
import { policies } from './ko/policies.ts';
import { traffic } from './ko/traffic.ts';

export const ko: Readonly<Record<keyof typeof en, string>> = {
  ...actors,
  ...administration,
  ...frame,
  ...incidents,
  ...overview,
  ...policies,
  ...traffic,
};
