// Server-side includes: a directive in a comment that some servers run when they deliver a page, and its ESI relative.
import { ANGLE } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { noSettings } from './settings.ts';

const DIRECTIVE = /<!--\s*#\s*(?:exec|include|echo|config|fsize|flastmod|printenv|set|if)\b/i;
const EDGE_INCLUDE = /<esi:(?:include|inline|debug|vars|assign|eval)\b/i;

export const injectionSsi: FieldDetector = {
  kind: 'field',
  id: 'injection-ssi',
  classes: ANGLE,
  settings: noSettings,
  load: () => (field) => {
    const match = DIRECTIVE.exec(field.text) ?? EDGE_INCLUDE.exec(field.text);
    if (match === null) return undefined;
    return {
      confidence: 0.92,
      what: 'has a directive that the server would run',
      matched: field.text.slice(match.index, match.index + 120),
    };
  },
};
