// Is a text written for people? Languages that machines read put operators and punctuation between names; sentences put plain
// words next to each other. Repeated words are padding, not prose. Bounded: only a stretch of the text is looked at.

/** Words that stand next to each other in queries and commands as well. */
const GRAMMAR =
  /^(?:select|from|where|and|or|not|union|all|distinct|insert|into|values|update|set|delete|drop|table|database|order|group|by|having|limit|offset|asc|desc|like|is|null|in|between|as|on|join|left|right|inner|outer|case|when|then|else|end|exec|execute|declare|waitfor|delay|varchar|int|char|begin|if|exists|create|alter|top|count|xor|div|mod|rlike|regexp|sounds|binary|boolean|mode|using|for|function|procedure|cursor|cast|convert|dual|users?|passwords?|information_schema|true|false)$/i;
const WORD = /^[("'“‘]?(?:\p{L}[\p{L}\p{M}]{1,200}(?:['’-]\p{L}+)*|[aI])[,.;:!?)"'”’。、，！？]{0,2}$/u;
/** Scripts that set no white space between words: so many letters of them stand for one more word. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}ー]{8}/u;
const UNSPACED_LETTERS_PER_WORD = 4;
const WORDS_READ_MAX = 120;

/** How often two plain words stand next to each other, of the last or first words of `text`. */
export function wordPairs(text: string, from: 'start' | 'end' = 'start'): number {
  const cut = from === 'start' ? text.slice(0, 1_200) : text.slice(-1_200);
  const words = cut.split(/\s+/, from === 'start' ? WORDS_READ_MAX : undefined);
  let pairs = 0;
  let isBehindPlain = false;
  const seen = new Set<string>();
  for (const word of from === 'start' ? words : words.slice(-WORDS_READ_MAX)) {
    const isPlain = WORD.test(word) && !GRAMMAR.test(word.replace(/[,.;:!?]+$/, ''));
    // What a filler repeats counts once.
    if (isPlain && isBehindPlain && !seen.has(word)) pairs += 1;
    if (isPlain && word.length >= 8 && UNSPACED.test(word))
      pairs += Math.floor(word.length / UNSPACED_LETTERS_PER_WORD);
    if (isPlain) seen.add(word);
    isBehindPlain = isPlain;
  }
  return pairs;
}

/** Words of programming languages, in code that was put on one line. */
const CODE =
  /\b(?:function|return|const|let|var|import|export|class|typeof|instanceof|def|self|elif|struct|public|static|void)\b|=>/g;

/** Several lines of code, Markdown or a long text: what it talks about is not what it does. */
export function isDocument(text: string): boolean {
  if (text.length < 24) return false;
  const start = text.slice(0, 20_000);
  if (start.includes('```')) return true;
  if (text.length < 60) return false;
  if (LOG_LINE.test(start)) return true;
  if (text.length > 200 && (start.slice(0, 2_000).match(CODE)?.length ?? 0) >= 4) return true;
  if (/^(?:#!\/|#{1,6} \S|\$ \S|> \S|[-*] \S)/m.test(start)) return true;
  // The row under the head of a Markdown table.
  if (/^[ \t]{0,8}\|[ \t]{0,8}:?-{3,80}:?[ \t]{0,8}\|/m.test(start)) return true;
  // A filler repeats its lines.
  const lines = new Set(start.split('\n', LINES_READ_MAX).filter((line) => line.trim().length > 12));
  return lines.size >= 4 || sourceLines(start) >= 3;
}

const LINES_READ_MAX = 40;
/** The common log format of web servers. */
const LOG_LINE = /^[\w.:-]{3,60} \S{1,60} \S{1,60} \[\d{1,2}\/[A-Z][a-z]{2}\/\d{4}[^\]\n]{0,30}\] "[A-Z]{3,10} /;
/** A line set in, or ending where a statement or a block does, or beginning with a word or mark that only source has. */
const SOURCE_LINE =
  /^(?: {2,}|\t+)["'\w@<$.-]|[\w)\]}"'] ?[;{:,\\]\s*$|[)}\]];?\s*$|^\s*(?:\/\/|\/\*|\*[ /]|# |import\s|from\s+[\w.]+\s+import|export\s|const\s|let\s|var\s|def\s|class\s|return\b|if\s*[([]|for\s*\(|function\s|use\s+\w|using\s|package\s|#(?:include|define|ifdef|endif)|@\w+|\[[\w .:-]+\]$|[\w.-]+\s*[:=]\s*\S)/;

/** Different lines that look like source or configuration, of the first ones. */
function sourceLines(text: string): number {
  const lines = new Set<string>();
  for (const line of text.split('\n', LINES_READ_MAX)) {
    const head = line.slice(0, 400).trimEnd();
    if (head.trimStart().length > 6 && SOURCE_LINE.test(head)) lines.add(head);
  }
  return lines.size;
}

/** A program, a configuration or a piece of one: most of its lines are source, and it is no markup. */
export function isSourceCode(text: string): boolean {
  if (text.length < 200 || /^\s*</.test(text)) return false;
  const start = text.slice(0, 20_000);
  const lines = start.split('\n', LINES_READ_MAX).filter((line) => line.trim().length > 6).length;
  return lines >= 6 && sourceLines(start) * 2 >= lines;
}

const OUTSIDE_WORDS_MIN = 4;
const SPAN_CHARACTERS_MAX = 400;

/** `` Try `' OR 1=1 --` as the name ``: what stands at `at` is set apart as code in a sentence of Markdown. */
export function isInCodeSpan(text: string, at: number): boolean {
  if (!text.includes('`')) return false;
  const line = text.lastIndexOf('\n', at - 1) + 1;
  const before = text.slice(Math.max(line, at - 4_000), at);
  if (before.split('`').length % 2 === 1) return false;
  const close = text.indexOf('`', at);
  const open = before.lastIndexOf('`');
  if (close === -1 || close - at > SPAN_CHARACTERS_MAX || text.slice(at, close).includes('\n')) return false;
  if (
    !/(?:^|[\s(:>*_|])$/.test(before.slice(0, open)) ||
    !/^(?:[\s.,:;)!?*_|]|$)/.test(text.slice(close + 1, close + 2))
  )
    return false;
  const outside = `${before.slice(-800)}${text.slice(close, close + 800)}`.replace(/`[^`\n]{0,400}`/g, ' ');
  return plainWords(outside) >= OUTSIDE_WORDS_MIN;
}

/** Words of letters alone among the first ones. */
export function plainWords(text: string): number {
  return text
    .slice(0, 2_000)
    .split(/\s+/, WORDS_READ_MAX)
    .filter((word) => /^\p{L}{2,40}[,.;:!?)]{0,2}$/u.test(word)).length;
}
