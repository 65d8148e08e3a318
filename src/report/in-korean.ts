// What the gateway told in English, put into Korean where it is a text that is shipped.
import { dataTypeName, phrase, told } from '../told/in-korean.ts';
import type { ReportContents } from './contents.ts';

/** Points of a risk stand behind their reason: `no authentication +2`. */
const WITH_POINTS = /^(.*)( \+[\d.]+)$/s;

export function inKorean(contents: ReportContents): ReportContents {
  return {
    ...contents,
    incidents: contents.incidents.map((one) => told({ ...one, whatHappenedTemplate: one.whatHappenedTemplate ?? '' })),
    endpoints: contents.endpoints.map((one) => ({ ...one, why: one.why.map(reason) })),
    flows: contents.flows.map((one) => ({ ...one, title: dataTypeName(one.title) })),
  };
}

function reason(text: string): string {
  const [, why = text, points = ''] = WITH_POINTS.exec(text) ?? [];
  return `${phrase(why)}${points}`;
}
