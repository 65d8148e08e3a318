// English, by page.
import { actors } from './en/actors.ts';
import { administration } from './en/administration.ts';
import { frame } from './en/frame.ts';
import { incidents } from './en/incidents.ts';
import { overview } from './en/overview.ts';
import { policies } from './en/policies.ts';
import { traffic } from './en/traffic.ts';

export const en = { ...actors, ...administration, ...frame, ...incidents, ...overview, ...policies, ...traffic };
