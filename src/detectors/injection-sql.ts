// SQL injection: a value that, put into a statement, closes the literal it stands in and goes on as SQL.
// The value is read in each context it may land in: unquoted, and behind the quotes it contains; and it is searched for what
// gives itself away wherever it stands. What stands in prose or code is what the text is about: it tags at most.
import { z } from 'zod';
import {
  BACKTICK,
  DOUBLE_QUOTE,
  EQUALS,
  LEADING_NUMBER,
  NON_ASCII,
  PAREN,
  QUOTE,
  SEMICOLON,
  SLASH,
} from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { isDocument, isInCodeSpan, wordPairs } from './prose.ts';
import { type Sighting, sightings } from './sql/anywhere.ts';
import { quotedSightings } from './sql/quoted.ts';
import { isBareCall, statementOf } from './sql/statement.ts';
import { unquotedSighting } from './sql/unquoted.ts';

/** Neighbouring plain words from which a text is rather about something than something. */
const PROSE_PAIRS_MIN = 3;
const PROSE_CONFIDENCE = 0.45;

const settings = z.strictObject({ tutorialConfidence: z.number().min(0).max(0.7).default(0.25) });

export const injectionSql: FieldDetector<z.output<typeof settings>> = {
  kind: 'field',
  id: 'injection-sql',
  classes: QUOTE | DOUBLE_QUOTE | BACKTICK | LEADING_NUMBER | NON_ASCII | PAREN | SEMICOLON | EQUALS | SLASH,
  settings,
  load:
    ({ tutorialConfidence }) =>
    (field) =>
      inspect(field, tutorialConfidence),
};

/** Without any of these there is no SQL to find. */
const HINT =
  /union|select|\b(?:or|and|xor|not|like|having|order|group|where|waitfor|exec|declare|insert|update|delete|drop|sleep|benchmark|case|limit|procedure|into|div|rlike|regexp|shutdown|pg_sleep|if|iif|elt|extractvalue|updatexml|goto|begin|is|between|load|do)\b|\b(?:version|database|schema|current_user|ascii|load_file)\s{0,4}\(|--|\/\*|#|\|\||&&|['"`]\s{0,20}[;)=<>!+\-*/%|&^~]/i;
/** Parameters that carry queries on purpose: SOQL, NRQL, gviz, search languages. */
const QUERY_NAME = /^(?:q|query|sql|soql|sosl|nrql|yql|fql|cql|kql|jql|tq|stmt|statement|expression|search|script)$/i;

function inspect(field: Field, tutorialConfidence: number): Recognition | undefined {
  const { text } = field;
  if (!HINT.test(text)) return undefined;
  const statement = statementOf(text);
  if (statement !== undefined) {
    const isOdd = statement === 'spelled-oddly';
    const isAsked = field.location === 'body' || QUERY_NAME.test(field.name);
    if (isOdd || !isAsked)
      return found({ confidence: isOdd ? 0.88 : 0.82, what: 'is a whole SQL statement', start: 0 }, text);
    // Parameters for queries carry them; editors and articles are full of them.
    if (field.location !== 'body' || QUERY_NAME.test(field.name) || isDocument(text)) return undefined;
    return found(
      { confidence: tutorialConfidence, what: 'is a whole SQL statement that breaks out of nothing', start: 0 },
      text,
    );
  }
  let best: Sighting | undefined;
  for (const sighting of candidates(text)) {
    if (sighting.confidence <= (best?.confidence ?? 0)) continue;
    const weighed = weigh(sighting, field);
    if (weighed.confidence > (best?.confidence ?? 0)) best = weighed;
  }
  // What hardly says anything would only be noise.
  if (best === undefined || best.confidence < PROSE_CONFIDENCE || (best.confidence < 0.5 && isDocument(text)))
    return undefined;
  return found(best, text);
}

function* candidates(text: string): Generator<Sighting> {
  const unquoted = unquotedSighting(text);
  if (unquoted !== undefined) yield unquoted;
  yield* quotedSightings(text);
  yield* sightings(text);
  if (isBareCall(text)) yield { confidence: 0.9, what: 'is a call that only an injection needs', start: 0 };
}

/** A sighting in the middle of prose or of a document is quoted there. */
function weigh(sighting: Sighting, field: Field): Sighting {
  const { text } = field;
  const { start } = sighting;
  if (isOfQuery(sighting, field)) return { ...sighting, confidence: 0 };
  const isProse =
    isInCodeSpan(text, start) ||
    wordPairs(text.slice(0, start), 'end') >= PROSE_PAIRS_MIN ||
    wordPairs(withoutLists(text.slice(start, start + PROSE_READ_MAX))) >= PROSE_PAIRS_MIN ||
    (isDocument(text) && !isBrokenByComments(text));
  if (!isProse) return sighting;
  return { ...sighting, confidence: sighting.confidence < 0.8 ? 0 : PROSE_CONFIDENCE };
}

const PROSE_READ_MAX = 1_200;

/** `concat_ws(0x3a,user, passwd, news, cat)`: columns in a call are words next to each other, and no prose. */
function withoutLists(text: string): string {
  return text.replace(/(?<=\w)\([^()]{0,400}\)/g, '()');
}

/** `union#\n#x\nselect#\n1`: every line but the last ends in a comment, which hides its end and nothing else. */
function isBrokenByComments(text: string): boolean {
  const lines = text.slice(0, 4_000).trim().split('\n');
  return lines.length > 1 && lines.slice(0, -1).every((line) => /(?:#|--)[^'"]{0,200}$/.test(line));
}

/** A line begins a query, no quote stands in it, and UNION goes on with it: the value breaks out of nothing. */
const OWN_QUERY = /(?:^|\n)[ \t(]{0,20}(?:select|with)\b[^'"`;\0]{1,1200}\bfrom\b[^'"`;\0]{1,400}$/i;

function isOfQuery({ what, start }: Sighting, { text, location, name }: Field): boolean {
  return (
    what.startsWith('adds a second query') &&
    (location === 'body' || QUERY_NAME.test(name)) &&
    OWN_QUERY.test(text.slice(Math.max(0, start - 1_600), start))
  );
}

function found({ confidence, what, start }: Sighting, text: string): Recognition {
  return {
    confidence,
    severity: confidence >= 0.8 ? 'critical' : confidence < 0.5 ? 'low' : 'medium',
    what,
    matched: text.slice(start, start + 120),
  };
}
