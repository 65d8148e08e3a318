// A week of a shop as a report is given it; some of it is text that an attacker wrote.
import type { ReportContents, ReportedIncident } from '../../src/report/contents.ts';

export const UNTIL = Date.UTC(2026, 10, 26, 10);
export const HOSTILE = `</style><script>alert(1)</script>"><img src=x onerror='alert(2)'>\u001b[31m\u202e`;

const incident = (n: number, part: Partial<ReportedIncident>): ReportedIncident => ({
  id: `inc-${n}`,
  title: 'SQL injection',
  severity: 'high',
  status: 'open',
  module: 'attack',
  family: 'api-attack',
  detection: 'injection-sql',
  result: 'attempt',
  endpoint: 'GET shop.example.com/api/products/{id}',
  count: 1 + n * 7,
  detectedAt: UNTIL - n * 7_200_000,
  lastSeen: UNTIL - n * 3_600_000,
  whatHappened: 'IP 203.0.113.7 sent 15 requests with SQL in /q.',
  why: 'Whoever sends SQL reads the database.',
  whatToDo: 'Use parameters in statements.',
  figures: {},
  owasp: ['API8:2023'],
  ...part,
});

const flow = (dataType: string, title: string, endpoint: string, out: number, withheld = 0) => ({
  dataType,
  title,
  endpoint: `GET shop.example.com${endpoint}`,
  out,
  withheld,
  severity: 'high' as const,
  tags: ['pii', 'sensitive'],
});

export const SAMPLE: ReportContents = {
  gateway: 'localhost:9090',
  since: UNTIL - 7 * 86_400_000,
  until: UNTIL,
  incidents: [
    incident(1, {}),
    incident(2, {
      title: 'Broken object level authorization - private objects',
      severity: 'critical',
      result: 'succeeded',
      module: 'behaviour',
      family: 'data-leakage',
      owasp: ['API1:2023'],
      whatHappened: 'JWT mallory@example.com read 240 orders that belong to 231 others within one hour.',
    }),
    incident(3, {
      title: 'Credential stuffing',
      family: 'suspicious-behavior',
      owasp: ['API2:2023'],
      status: 'in-progress',
    }),
    incident(4, {
      title: 'Exposure of forbidden data',
      module: 'data',
      family: 'data-leakage',
      owasp: ['API3:2023'],
      result: 'succeeded',
    }),
    incident(5, {
      title: `Scan ${HOSTILE}`,
      whatHappened: HOSTILE,
      endpoint: HOSTILE,
      severity: 'medium',
      status: 'resolved',
    }),
    incident(6, {
      title: 'Missing authentication',
      module: 'posture',
      family: 'misconfiguration',
      owasp: ['API2:2023'],
      whatHappened:
        'GET shop.example.com/api/admin/export answered without any credential, 14 times: answers carry us-ssn.',
      whatToDo: 'Ask for a credential in the backend, or at the gateway in front of it.',
    }),
    incident(7, {
      title: 'Missing security headers',
      severity: 'low',
      module: 'posture',
      family: 'misconfiguration',
      whatHappened: '812 answers of shop.example.com came without x-content-type-options.',
      whatToDo: 'Set them once, in the web server or gateway in front of the API.',
    }),
  ],
  incidentsTotal: 7,
  actors: [
    {
      key: 'subject:mallory@example.com',
      confidencePercent: 96,
      country: 'NL',
      incidents: 2,
      transactions: 412,
      blocked: 31,
      lastSeen: UNTIL - 60_000,
    },
    {
      key: 'ip:89.208.58.114',
      confidencePercent: 88,
      country: 'RU',
      incidents: 3,
      transactions: 2_210,
      blocked: 1_904,
      lastSeen: UNTIL - 4_000_000,
    },
    {
      key: `header:${HOSTILE}`,
      confidencePercent: 34,
      country: undefined,
      incidents: 1,
      transactions: 9,
      blocked: 0,
      lastSeen: UNTIL - 9_000_000,
    },
  ],
  endpoints: [
    {
      id: 'GET shop.example.com/api/admin/export',
      score: 9,
      why: [
        'Posture: Missing authentication (high). +3',
        'It answers without credentials. +2',
        'Its answers carry us-ssn, credit-card (pci). +2',
        'It is a function of the kind admin, also export. +1.5',
      ],
      tags: ['admin', 'export'],
    },
    {
      id: 'POST shop.example.com/api/login',
      score: 5.5,
      why: ['Open incidents: Credential stuffing (high). +1.5', 'It answers clients from the internet. +1.5'],
      tags: ['login'],
    },
    { id: `GET shop.example.com/${HOSTILE}`, score: 1.5, why: [HOSTILE], tags: [] },
  ],
  endpointsTotal: 23,
  flows: [
    flow('us-ssn', 'US social security number', '/api/users/{id}', 1_240, 1_240),
    flow('us-ssn', 'US social security number', '/api/admin/export', 4_200),
    flow('credit-card', 'Payment card number', '/api/admin/export', 4_200, 12),
    flow('email', 'E-mail address', '/api/users', 88_120),
    flow('email', 'E-mail address', '/api/users/{id}', 1_240),
    flow('kr-rrn', '주민등록번호', '/api/users/{id}', 320, 320),
  ],
  traffic: Array.from({ length: 168 }, (_, i) => {
    const received = Math.round(900 + 700 * Math.sin((i / 24) * 2 * Math.PI) + (i % 7) * 20);
    const blocked = i > 120 && i < 130 ? 420 : i % 9;
    return {
      at: UNTIL - (167 - i) * 3_600_000,
      received: received + blocked,
      tagged: 12,
      masked: 20 + (i % 5),
      blocked,
      wouldAct: i % 3,
    };
  }),
  coverage: { inspected: 151_220, uninspected: 1_804, refused: 212 },
  uninspectedReasons: [
    ['response-binary', 1_310],
    ['response-stream', 494],
  ],
};
