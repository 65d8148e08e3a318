// Which endpoint a request belongs to: a stated or learned template when one fits, else a template guessed from the path's
// own text, where segments that can only be identifiers become parameters.
// Invariant: the number of endpoint ids an attacker can cause is bounded; the rest share one overflow endpoint.
import { LRUCache } from 'lru-cache';
import type { Endpoint } from '../core/endpoint.ts';

export interface EndpointTemplate {
  readonly method: string;
  /** Empty for any host. */
  readonly host: string;
  /** `/users/{id}` */
  readonly template: string;
  readonly source: Endpoint['source'];
}

interface Node {
  readonly literals: Map<string, Node>;
  parameter: Node | undefined;
  end: EndpointTemplate | undefined;
}

const ENDPOINTS_REMEMBERED_MAX = 10_000;
const SEGMENTS_MAX = 24;

export class EndpointMatcher {
  readonly #roots = new Map<string, Node>();
  readonly #remembered = new LRUCache<string, Endpoint>({ max: ENDPOINTS_REMEMBERED_MAX });

  constructor(templates: readonly EndpointTemplate[]) {
    for (const template of templates) this.#insert(template);
  }

  /** `segments` are the decoded path segments; `host` in lower case without port. */
  match(method: string, host: string, segments: readonly string[]): Endpoint {
    const stated = this.#find(`${method} ${host}`, segments) ?? this.#find(`${method} `, segments);
    const template = stated?.template ?? templateByClasses(segments);
    const id = `${method} ${host}${template}`;
    let endpoint = this.#remembered.get(id);
    if (endpoint === undefined) {
      endpoint = Object.freeze({ id, method, host, template, source: stated?.source ?? 'classes' });
      this.#remembered.set(id, endpoint);
    }
    return endpoint;
  }

  #insert(template: EndpointTemplate): void {
    let node = childOf(this.#roots, `${template.method} ${template.host}`);
    for (const segment of template.template.split('/').slice(1)) {
      if (segment.startsWith('{') && segment.endsWith('}')) {
        node.parameter ??= emptyNode();
        node = node.parameter;
        continue;
      }
      node = childOf(node.literals, segment);
    }
    node.end ??= template;
  }

  #find(rootKey: string, segments: readonly string[]): EndpointTemplate | undefined {
    const root = this.#roots.get(rootKey);
    return root === undefined ? undefined : walk(root, segments, 0);
  }
}

/** Literal children first, then the parameter. Depth is bounded by the templates, not by the path. */
function walk(node: Node, segments: readonly string[], index: number): EndpointTemplate | undefined {
  if (index === segments.length) return node.end;
  const literal = node.literals.get(segments[index]!);
  if (literal !== undefined) {
    const found = walk(literal, segments, index + 1);
    if (found !== undefined) return found;
  }
  return node.parameter === undefined || segments[index] === '' ? undefined : walk(node.parameter, segments, index + 1);
}

function childOf(children: Map<string, Node>, name: string): Node {
  let child = children.get(name);
  if (child === undefined) {
    child = emptyNode();
    children.set(name, child);
  }
  return child;
}

function emptyNode(): Node {
  return { literals: new Map(), parameter: undefined, end: undefined };
}

/** `/users/42/orders/0f8f…` → `/users/{id}/orders/{id}` */
export function templateByClasses(segments: readonly string[]): string {
  if (segments.length === 0) return '/';
  let template = '';
  const count = Math.min(segments.length, SEGMENTS_MAX);
  for (let i = 0; i < count; i++) {
    const segment = segments[i]!;
    template += `/${PLAIN_WORD.test(segment) ? segment : isIdentifier(segment) ? '{id}' : literal(segment)}`;
  }
  return segments.length > SEGMENTS_MAX ? `${template}/{rest}` : template;
}

const LITERAL_CHARACTERS_MAX = 64;

/** A literal that is too long or has characters no route has is a parameter in practice. */
function literal(segment: string): string {
  return segment.length > LITERAL_CHARACTERS_MAX || /[^\w.~@:+,;=!$'()*-]/.test(segment) ? '{text}' : segment;
}

/** Every identifier has a digit, a dash or an at sign. */
const PLAIN_WORD = /^[A-Za-z_]{1,64}$/;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const HEX = /^[0-9a-f]{16,128}$/i;
const ULID = /^[0-7][0-9a-hjkmnp-tv-z]{25}$/i;
const DATE = /^\d{4}-\d{2}-\d{2}(?:T[\d:.Z+-]+)?$/;
/** `cus_9s6XKzkNRiz8i3`, `order-2041`: a short word, a joiner, and a part with digits. */
const PREFIXED = /^[a-z]{1,12}[_-](?=[A-Za-z0-9]*\d)[A-Za-z0-9]{3,64}$/i;
const EMAIL = /^[^@\s/]{1,64}@[^@\s/]{1,255}\.[a-z]{2,24}$/i;

/** True for segments that are identifiers by their own text: numbers, UUIDs, hashes, ULIDs, dates, e-mail, `cus_…`. */
export function isIdentifier(segment: string): boolean {
  const first = segment.charCodeAt(0);
  if (first >= 0x30 && first <= 0x39 && /^\d{1,20}$/.test(segment)) return true;
  if (segment.length < 5) return false;
  return (
    UUID.test(segment) ||
    (HEX.test(segment) && /\d/.test(segment)) ||
    (ULID.test(segment) && /\d/.test(segment)) ||
    DATE.test(segment) ||
    PREFIXED.test(segment) ||
    (segment.includes('@') && EMAIL.test(segment))
  );
}
