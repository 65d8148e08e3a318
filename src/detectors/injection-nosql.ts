// NoSQL injection: operators of MongoDB-like query languages where a plain value was meant, and script in `$where`.
// Query languages that use dollar signs on purpose (OData, JSON Schema, JSON:API filters) keep their own words.
import {
  AMPERSAND,
  BRACKET,
  DOLLAR,
  DOT,
  DOUBLE_QUOTE,
  EQUALS,
  PAREN,
  PIPE,
  QUOTE,
  SEMICOLON,
} from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { noSettings } from './settings.ts';

export const injectionNosql: FieldDetector = {
  kind: 'field',
  id: 'injection-nosql',
  classes: DOLLAR | BRACKET | PIPE | QUOTE | SEMICOLON,
  settings: noSettings,
  load: () => inspect,
};

const OPERATORS =
  /^\$(?:ne|gt|gte|lt|lte|in|nin|eq|regex|options|exists|type|size|all|elemMatch|not|nor|or|and|mod|where|expr|jsonSchema|text|search|func|accumulator|function|lookup|rename|set|unset|inc|push|pull)$/i;
/** What an update of a document consists of; no reader of a query takes them. */
const UPDATES = /^\$(?:set|unset|inc|push|pull|rename)$/i;
const UPDATE_PARENT = /\/(?:update|updates|patch|changes|set|replacement|\d+)(?:\/|$)/i;
const SCRIPTED = /^\$(?:where|func|function|accumulator|expr)$/i;
/** Under these keys clients send queries on purpose. */
const QUERY_PARENT =
  /\/(?:filter|filters|where|query|q|conditions?|criteria|selector|match|pipeline|search|aggregate|having|and|or|\$and|\$or)(?:\/|$)/i;
/** Without one of these no pattern of {@link inScript} fits. */
const IN_SCRIPT = BRACKET | DOLLAR | DOUBLE_QUOTE | EQUALS | PAREN | QUOTE;
const CREDENTIAL_PARENT =
  /\/(?:user(?:name)?|login|email|e-?mail|pass(?:word|wd)?|pwd|token|secret|pin|code|otp|id|_id|user_?id|account|key|api_?key)(?:\/|$)/i;

function inspect(field: Field): Recognition | undefined {
  const { text } = field;
  if (field.of === 'key') return inKey(field, text);
  if (field.location === 'header' && field.name !== 'cookie') return undefined;
  return (field.classes & IN_SCRIPT) === 0 ? undefined : inScript(text, field.classes);
}

function inKey(field: Field, text: string): Recognition | undefined {
  if (OPERATORS.test(text)) {
    // OData system query options stand at the top of a query string: `$filter`, `$top`, `$search`.
    if (field.location === 'query' && /^\$(?:search|expr|and|or|not|in|eq|text|all)$/i.test(text)) return undefined;
    const parent = field.pointer.slice(0, field.pointer.lastIndexOf('/'));
    if (SCRIPTED.test(text)) return found(0.9, `passes script in ${text}`, text);
    if (CREDENTIAL_PARENT.test(parent))
      return found(0.95, `passes the operator ${text} where a value is expected`, text);
    if (UPDATES.test(text) && UPDATE_PARENT.test(`${parent}/`)) return undefined;
    if (parent === '' || QUERY_PARENT.test(`${parent}/`))
      return found(0.35, `passes the operator ${text} in a query`, text);
    return found(0.82, `passes the operator ${text} where a value is expected`, text);
  }
  const bracketed = /^([^[\]]+)((?:\[[^\]]*\])*)\[(\$[a-z]+)\]/i.exec(text);
  if (bracketed === null || !OPERATORS.test(bracketed[3]!)) return undefined;
  const isQuery = QUERY_PARENT.test(`/${bracketed[1]}/`);
  return found(isQuery ? 0.4 : 0.92, `passes the operator ${bracketed[3]} as a parameter`, text);
}

function inScript(text: string, classes: number): Recognition | undefined {
  if (text.length > 50_000) return undefined;
  const isQuoted = (classes & (DOUBLE_QUOTE | QUOTE)) !== 0;
  const isJoined = (classes & (AMPERSAND | PIPE)) !== 0;
  const isOperator = (classes & DOLLAR) !== 0;
  const isMember = (classes & DOT) !== 0;
  // `'; return true; var x='`, `' || '1'=='1`, `this.password.match(…)`
  if (
    isQuoted &&
    isJoined &&
    /^[^'"\n]{0,200}['"]\s*(?:\|\||&&)\s*(?:['"]?\w+['"]?\s*(?:===?|!==?)\s*['"]?\w*|this\.\w+|true\b|1\s*(?:\/\/|$))/.test(
      text,
    )
  )
    return found(0.88, 'closes a string of a script query and adds a condition', text);
  if (
    isQuoted &&
    /^[^'"\n]{0,200}['"]\s*\)?\s*;?\s*(?:return[\s(]+(?:true|this|1|!)|sleep\s*\(|(?:var\s+)?\w{1,20}\s*=\s*new\s+Date\s*\(|while\s*\(\s*(?:true|1))/.test(
      text,
    )
  )
    return found(0.9, 'closes a string of a script query and adds a statement', text);
  // `true, $where: '1 == 1'`, `', $or: [ {}, { 'a':'a`: the value ends and further keys of the query follow.
  if (
    isOperator &&
    /^(?:true|false|null|\d{1,20}|[^'"\n]{0,100}['"])?[\s}\])]{0,12},\s*['"]?\$(?:where|or|and|ne|gt|lt|nin|in|regex|nor|exists|comment)['"]?\s*:/.test(
      text,
    )
  )
    return found(0.92, 'ends a value of a query and adds an operator', text);
  if (
    isMember &&
    /^\s*(?:['"]?\s*;\s*)?db\.\w{1,60}\.(?:find|insert|drop|remove|update|save|delete)\w{0,20}\(/.test(text) &&
    text.length < 300
  )
    return found(
      /^\s*['"]?\s*;|insert|drop|remove|save|delete/.test(text) ? 0.85 : 0.6,
      'runs a statement of the database’s shell',
      text,
    );
  if (
    isMember &&
    /^[\s'"(]*(?:return\s+)?(?:this\.\w+\s*(?:\.match\(|==)|db\.\w+\.(?:find|insert|drop|remove|update)\w*\()/.test(
      text,
    ) &&
    text.length < 300 &&
    !/\n|=>/.test(text)
  )
    return found(0.6, 'looks into the stored document', text);
  if (isOperator && /^\s*['"]?\$where['"]?\s*:\s*['"\w]/.test(text))
    return found(0.88, 'passes script in $where', text);
  if (isJoined && /^[\s'")]{0,12}(?:\|\||&&)\s*\d{1,9}\s*===?\s*\d{1,9}\s*(?:\/\/.*|[;)]*)$/.test(text))
    return found(0.85, 'adds a condition of script', text);
  if (isOperator && /^\s*\{\s*['"]?\$(?:ne|gt|gte|lt|regex|where|in|nin|exists)['"]?\s*:/.test(text))
    return found(0.85, 'is an operator object where text is expected', text);
  return undefined;
}

function found(confidence: number, what: string, text: string): Recognition {
  return { confidence, what, matched: text.slice(0, 120), ...(confidence < 0.8 ? { severity: 'low' as const } : {}) };
}
