// SARIF 2.1.0 (OASIS): what code hosts and security dashboards read. Places are logical: a URL is no file.
import type { Severity } from '../../core/finding.ts';
import type { AuditReport } from '../audit.ts';
import { KINDS } from '../finding.ts';

const LEVELS: Readonly<Record<Severity, 'note' | 'warning' | 'error'>> = {
  info: 'note',
  low: 'note',
  medium: 'warning',
  high: 'error',
  critical: 'error',
};
/** What code hosts sort by. */
const SCORES: Readonly<Record<Severity, string>> = {
  info: '0.0',
  low: '3.0',
  medium: '5.5',
  high: '8.0',
  critical: '9.5',
};

export function asSarif(report: AuditReport, version: string): string {
  const used = [...new Set(report.findings.map(({ id }) => id))];
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Sallyport audit',
            semanticVersion: version,
            rules: used.map((id) => {
              const { title, severity, why, whatToDo, owasp, cwe } = KINDS[id];
              return {
                id,
                name: id.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase()),
                shortDescription: { text: title },
                fullDescription: { text: why },
                help: { text: whatToDo },
                defaultConfiguration: { level: LEVELS[severity] },
                properties: { tags: ['security', cwe, ...owasp], 'security-severity': SCORES[severity] },
              };
            }),
          },
        },
        invocations: [
          {
            executionSuccessful: report.stopped === undefined,
            startTimeUtc: new Date(report.startedAt).toISOString(),
            endTimeUtc: new Date(report.startedAt + report.durationMs).toISOString(),
          },
        ],
        results: report.findings.map(({ id, severity, what, place, evidence }) => ({
          ruleId: id,
          ruleIndex: used.indexOf(id),
          level: LEVELS[severity],
          message: { text: [`${place}: ${what}`, ...evidence].join('\n') },
          locations: [
            {
              physicalLocation: { artifactLocation: { uri: uriOf(report.target, place) } },
              logicalLocations: [{ fullyQualifiedName: place, kind: 'resource' }],
            },
          ],
          partialFingerprints: { 'sallyport/v1': `${id} ${place}` },
        })),
      },
    ],
  };
  return `${JSON.stringify(log, undefined, 2)}\n`;
}

function uriOf(target: string, place: string): string {
  const path = /^[A-Z]+ (\/\S*)$/.exec(place)?.[1];
  return path === undefined ? `${target}/` : `${target}${path.replace(/[{}]/g, (one) => encodeURIComponent(one))}`;
}
