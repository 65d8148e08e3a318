// Open Cybersecurity Schema Framework 1.3, class Detection Finding (2004): category Findings, https://schema.ocsf.io/1.3.0/
import type { Severity } from '../../core/finding.ts';
import type { IncidentStatus } from '../../core/incident.ts';
import type { SinkChange, SinkIncident, SinkMessage } from '../../core/sink.ts';
import { addressOf, userOf } from '../outward.ts';
import { PRODUCT } from '../product.ts';

const CLASS = 2004;
const ACTIVITY: Readonly<Record<SinkChange, readonly [id: number, name: string]>> = {
  opened: [1, 'Create'],
  updated: [2, 'Update'],
  reopened: [2, 'Update'],
  closed: [3, 'Close'],
  test: [99, 'Test'],
};
const SEVERITY: Readonly<Record<Severity, readonly [id: number, name: string]>> = {
  info: [1, 'Informational'],
  low: [2, 'Low'],
  medium: [3, 'Medium'],
  high: [4, 'High'],
  critical: [5, 'Critical'],
};
const STATUS: Readonly<Record<IncidentStatus, readonly [id: number, name: string]>> = {
  open: [1, 'New'],
  'in-progress': [2, 'In Progress'],
  accepted: [3, 'Suppressed'],
  'false-positive': [3, 'Suppressed'],
  resolved: [4, 'Resolved'],
};

/** JSON text within the bound: with everything, or without what only explains. */
export function ocsfText(message: SinkMessage, bytesMax: number): string {
  const whole = JSON.stringify(detectionFinding(message));
  if (Buffer.byteLength(whole) <= bytesMax) return whole;
  const { incident } = message;
  const short: SinkIncident = {
    ...incident,
    evidence: [],
    endpoints: [],
    figures: {},
    actors: incident.actors.slice(0, 3),
    why: '',
    whatToDo: '',
    whatHappened: incident.whatHappened.slice(0, 200),
  };
  return JSON.stringify(detectionFinding({ ...message, incident: short }));
}

export function detectionFinding({ id, at, change, plan, incident }: SinkMessage): object {
  const [activityId, activityName] = ACTIVITY[change];
  const [severityId, severity] = SEVERITY[incident.severity];
  const [statusId, status] = STATUS[incident.status];
  const address = addressOf(incident);
  const user = userOf(incident);
  return {
    activity_id: activityId,
    activity_name: activityName,
    category_uid: 2,
    category_name: 'Findings',
    class_uid: CLASS,
    class_name: 'Detection Finding',
    type_uid: CLASS * 100 + activityId,
    type_name: `Detection Finding: ${activityName}`,
    time: at,
    severity_id: severityId,
    severity,
    status_id: statusId,
    status,
    is_alert: change !== 'test',
    message: incident.title,
    count: incident.count,
    start_time: incident.firstSeen,
    end_time: incident.lastSeen,
    confidence_score: incident.confidencePercent,
    metadata: {
      version: '1.3.0',
      uid: id,
      event_code: incident.detection,
      product: { name: PRODUCT.name, vendor_name: PRODUCT.vendor, version: PRODUCT.version },
    },
    finding_info: {
      uid: incident.id,
      title: incident.title,
      desc: incident.whatHappened,
      types: [incident.family],
      created_time: incident.detectedAt,
      first_seen_time: incident.firstSeen,
      last_seen_time: incident.lastSeen,
      analytic: {
        type_id: 1,
        type: 'Rule',
        uid: incident.detection,
        name: incident.detection,
        category: incident.module,
      },
    },
    ...(incident.whatToDo === '' ? {} : { remediation: { desc: incident.whatToDo } }),
    evidences: incident.evidence.map((one) => ({
      src_endpoint: { ip: one.clientAddress },
      ...(user === undefined ? {} : { actor: { user: { name: user } } }),
      http_request: { uid: one.transactionId, http_method: one.method, url: { hostname: one.host, path: one.path } },
      http_response: { code: one.status },
      data: { at: one.at, action: one.action, detections: one.detections },
    })),
    observables: [
      ...(address === undefined
        ? []
        : [{ name: 'evidences.src_endpoint.ip', type_id: 2, type: 'IP Address', value: address }]),
      ...(user === undefined
        ? []
        : [{ name: 'evidences.actor.user.name', type_id: 4, type: 'User Name', value: user }]),
    ],
    unmapped: {
      incident_status: incident.status,
      change,
      ...(plan === undefined ? {} : { response_plan: plan }),
      result: incident.result,
      owasp: incident.owasp,
      cwe: incident.cwe,
      endpoint: incident.endpoint,
      endpoints: incident.endpoints,
      environment: incident.environment,
      actors: incident.actors,
      response_codes: incident.responseCodes,
      figures: incident.figures,
      why: incident.why,
      tags: incident.tags,
    },
  };
}
