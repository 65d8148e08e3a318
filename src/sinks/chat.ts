// Slack (incoming webhook, Block Kit) and Microsoft Teams (Workflows webhook, Adaptive Card 1.4). What an attacker chose stands only
// in plain text: `plain_text` and escaped `&<>` in Slack (api.slack.com, "Formatting text"), `TextRun` in Teams, which knows no Markdown.
import type { SinkSettingsOf } from '../configuration/sink-schema.ts';
import type { Severity } from '../core/finding.ts';
import type { Sink, SinkMessage, SinkOutcome } from '../core/sink.ts';
import { HttpClient, outcomeOf } from './http/client.ts';
import { cut, headline, isoTime, mainActor } from './outward.ts';
import { secretUrl } from './secret.ts';

/** Bounds of Block Kit. */
const HEADER_CHARACTERS_MAX = 150;
const SECTION_CHARACTERS_MAX = 2_900;

const COLOUR: Readonly<Record<Severity, string>> = {
  info: 'default',
  low: 'accent',
  medium: 'warning',
  high: 'attention',
  critical: 'attention',
};

export function chatSink(settings: SinkSettingsOf<'slack'> | SinkSettingsOf<'teams'>, now: () => number): Sink {
  const client = new HttpClient(settings, now);
  const url = secretUrl(settings.url);
  const bodyOf = settings.kind === 'slack' ? slackMessage : teamsMessage;
  const deliver = async ([message]: readonly SinkMessage[]): Promise<SinkOutcome> =>
    outcomeOf(
      await client.call({
        method: 'POST',
        url,
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(bodyOf(message!)),
      }),
    );
  return { batchMessagesMax: 1, deliver, check: (test) => deliver([test]), close: () => client.close() };
}

function slackMessage(message: SinkMessage): object {
  const { incident } = message;
  const plain = (text: string, max = SECTION_CHARACTERS_MAX): object => ({
    type: 'plain_text',
    text: cut(text === '' ? '-' : text, max),
    emoji: false,
  });
  return {
    text: escapedForSlack(headline(message, SECTION_CHARACTERS_MAX)),
    blocks: [
      { type: 'header', text: plain(`[${incident.severity}] ${incident.title}`, HEADER_CHARACTERS_MAX) },
      { type: 'section', text: plain(incident.whatHappened) },
      { type: 'section', fields: facts(message).map(([name, value]) => plain(`${name}: ${value}`, 1_900)) },
      { type: 'section', text: plain(`What to do: ${incident.whatToDo}`) },
      { type: 'context', elements: [plain(`${incident.id} · ${message.change} · ${isoTime(message.at)}`)] },
    ],
  };
}

function teamsMessage(message: SinkMessage): object {
  const { incident } = message;
  const text = (value: string, style: object = {}): object => ({
    type: 'RichTextBlock',
    inlines: [{ type: 'TextRun', text: value === '' ? '-' : value, ...style }],
  });
  return {
    type: 'message',
    attachments: [
      {
        contentType: 'application/vnd.microsoft.card.adaptive',
        contentUrl: null,
        content: {
          $schema: 'http://adaptivecards.io/schemas/adaptive-card.json',
          type: 'AdaptiveCard',
          version: '1.4',
          msteams: { width: 'Full' },
          body: [
            text(`[${incident.severity}] ${incident.title}`, {
              size: 'large',
              weight: 'bolder',
              color: COLOUR[incident.severity],
            }),
            text(incident.whatHappened),
            ...facts(message).map(([name, value]) => text(`${name}: ${value}`)),
            text(`What to do: ${incident.whatToDo}`),
            text(`${incident.id} · ${message.change} · ${isoTime(message.at)}`, { isSubtle: true, size: 'small' }),
          ],
        },
      },
    ],
  };
}

/** At most ten, which is what a section of Slack takes. */
function facts({ incident }: SinkMessage): readonly (readonly [string, string])[] {
  return [
    ['Status', incident.status],
    ['Result', incident.result],
    ['Actor', mainActor(incident)],
    ['Endpoint', incident.endpoint],
    ['Environment', incident.environment],
    ['Count', String(incident.count)],
    ['Confidence', `${incident.confidencePercent} %`],
    ['First seen', isoTime(incident.firstSeen)],
    ['Last seen', isoTime(incident.lastSeen)],
  ];
}

/** The three characters that begin mentions, links and entities. */
function escapedForSlack(text: string): string {
  return text.replace(/[&<>]/g, (c) => (c === '&' ? '&amp;' : c === '<' ? '&lt;' : '&gt;'));
}
