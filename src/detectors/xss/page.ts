// Pages and pieces of them, as editors, uploads and reviews send them: scripts are what pages are made of. What script that was
// smuggled into one does there, and the page's own has no need of, tells them apart.

const PAGE_CHARACTERS_MIN = 300;
const READ_MAX = 100_000;

/** A whole page. */
export function isPage(text: string): boolean {
  return (
    text.length > PAGE_CHARACTERS_MIN &&
    /^\s*(?:<\?xml[^>]{0,100}>\s*)?(?:<!--[^>]{0,400}-->\s*)?<(?:!doctype\b|html[\s>]|head[\s>])/i.test(text) &&
    /<\/(?:head|body|title)>/i.test(text.slice(0, READ_MAX))
  );
}

/** Messages for people are words; a number, a cookie or a mark of the tester are none. */
const SHOWS =
  /\b(?:alert|prompt|confirm)\s{0,4}(?:`|\(\s{0,4}(?:[\d/)]|document\b|window\b|location\b|origin\b|self\b|String\b|["'`](?:[\W\d]{0,8}|\w{0,3}|x\.?s\.?s[^"']{0,20}|hacked[^"']{0,20}|pwned[^"']{0,20})["'`]))/i;
/** Puts code together from pieces. */
const RUNS =
  /\b(?:eval|Function|setTimeout|setInterval)\s{0,4}\(\s{0,4}(?:atob|unescape|decodeURI|String\.fromCharCode|location|name\b|window\.name|document\.)|\batob\s{0,4}\(|String\.fromCharCode\s{0,4}\(\s{0,4}\d|[Jj]ava[Ss]cript:[^"'<>]{0,80}(?:alert|prompt|confirm|eval|cookie|atob)|\b(?:window|self|top|parent|globalThis|this|document)\s{0,4}\[\s{0,4}(?:["'`][^"'`]{0,20}["'`]\s{0,4}\+|atob|String)|\bconstructor\s{0,4}\.\s{0,4}constructor/;

/** Sends what the browser keeps. */
const SENDS =
  /(?:location|\.src|\.href|fetch\s{0,4}\(|\.open\s{0,4}\(|sendBeacon\s{0,4}\()[^\n;]{0,200}document\s{0,4}\.\s{0,4}cookie|document\s{0,4}\.\s{0,4}cookie[^\n;=]{0,100}(?:fetch|location|\.src)/;
const COOKIE = /document\s{0,4}\.\s{0,4}cookie/g;
/** What SENDS may reach in front of a cookie, and behind one. */
const BEFORE_COOKIE = 240;
const BEHIND_COOKIE = 160;
/** No page asks for its cookies so often; one that does cannot be judged. */
const COOKIES_MAX = 400;

/** Does a page show, run or send what an attacker's script would? It is read whole, whatever stands in front. */
export function takes(text: string): boolean {
  return SHOWS.test(text) || RUNS.test(text) || sendsCookies(text);
}

/** Only around the cookies: looking from every call for a cookie behind it takes two hundred times as long. */
function sendsCookies(text: string): boolean {
  let cookies = 0;
  for (const { index } of text.matchAll(COOKIE)) {
    if (++cookies > COOKIES_MAX) return true;
    if (SENDS.test(text.slice(Math.max(0, index - BEFORE_COOKIE), index + BEHIND_COOKIE))) return true;
  }
  return false;
}

const LINES_READ_MAX = 60;
const LINES_MIN = 3;
const LINES_CUT_MIN = 2;
/** A line of markup, set in or not, or of the program between the tags. */
const PAGE_LINE =
  /^\s*(?:<[!/a-z]|[\w$.]+\s*[=({:]|[})\]]|(?:var|let|const|function|if|for|return|import|export)\b|\/\/|\/\*|\*|\.|#)|[>;{},]\s*$/i;
const CALLS_OF_SCRIPT =
  /\bdocument\s{0,4}\.\s{0,4}(?:cookie|domain|write(?:ln)?\s{0,4}\(\s{0,4}(?:["'`]<|unescape|String))|\b(?:alert|prompt|confirm|eval|atob|unescape|sendBeacon|XMLHttpRequest|importScripts)\b|\bfetch\s{0,4}\(|\b(?:location|\.src)\s{0,4}(?:=|\.\s{0,4}(?:replace|assign|href)\b)|createElement\s{0,4}\(\s{0,4}["'`]script|\bon\w{3,25}\s{0,4}=|javascript:|\bsrcdoc\b|[^\0-\u007f]{0,4}\\[ux][\da-f]{2}/i;
/** Reaches what it does not name, or sends by another way: `window['al' + 'ert']`, `[].constructor.constructor('…')()`, a form. */
const CALLS_IN_DISGUISE =
  /\b(?:window|self|top|parent|globalThis|this|document|frames|navigator|location)\s{0,4}(?:\?\.)?\s{0,4}\[|["'`]\s{0,4}\+\s{0,4}["'`]|\]\s{0,4}(?:\(|`)|\bFunction\s{0,4}\(|\bconstructor\s{0,4}[.[]|\bcookie\b|\bwith\s{0,4}\(|\bimport\s{0,4}\(\s{0,4}[^"'`\s.]|\bimport\s{0,4}\(\s{0,4}["'`](?:\w+:|\/\/)|\bnew\s{1,4}(?:Image|Worker|RTCPeerConnection)\b|\bnew\s{1,4}(?:WebSocket|EventSource)\s{0,4}\(\s{0,4}["'`](?:\w+:|\/\/)|\bsetAttribute\s{0,4}\(\s{0,4}["'`](?:src|href|action|on|data)|\.\s{0,4}(?:submit|postMessage)\s{0,4}\(|\bopen\s{0,4}\(\s{0,4}["'`](?:\w+:|\/\/)|\$\s{0,4}\.\s{0,4}(?:get|post|ajax)/i;
/**
 * Those whose scripts editors embed and half of all pages name, by the folder that nobody else can put a script into: posts,
 * measurement, curated libraries.
 */
const PUBLISHERS =
  'ajax\\.googleapis\\.com/ajax/libs|code\\.jquery\\.com|cdnjs\\.cloudflare\\.com/ajax/libs|platform\\.(?:twitter|x|instagram|linkedin)\\.com|(?:www\\.)?(?:instagram|tiktok)\\.com|embed\\.(?:reddit|bsky)\\.(?:com|app)|connect\\.facebook\\.net|www\\.google-analytics\\.com|player\\.vimeo\\.com|js\\.stripe\\.com|static\\.cloudflareinsights\\.com|plausible\\.io';
/** Libraries that run what stands in the markup beside them: from a curated folder, and all that an attacker needs. */
const RUNS_MARKUP =
  'angular|vue|alpine|prototype|knockout|ractive|mavo|htmx|hyperscript|polymer|dojo|aurelia|riot|require|jquery[.-]?mobile';
/** A tag of measurement, by its number; a container (`GTM-…`) holds whatever script its owner likes. */
const TAG = 'www\\.googletagmanager\\.com/gtag/js\\?id=(?:G|UA|AW|DC)-[\\w-]{1,40}';
const OF_PUBLISHER = `(?:https:)?//(?:(?:${PUBLISHERS})/(?![\\w./@-]{0,200}(?:${RUNS_MARKUP}))[\\w./@-]{1,200}(?:\\.js|/js)(?:\\?id=[\\w-]{1,40})?|${TAG})["']`;
/** A script that is fetched from somewhere else. */
const FOREIGN = new RegExp(
  `<script[^>]{0,400}\\bsrc\\s{0,4}=\\s{0,4}["']?(?!${OF_PUBLISHER})\\s{0,4}(?:\\w{1,12}:|[/\\\\]{2}|&)`,
  'i',
);
const EMBED = new RegExp(`^<script(?=[^>]{0,400}\\ssrc=["']${OF_PUBLISHER})[^>]{0,400}>\\s*</script>`, 'i');
const AROUND_EMBED = /<(?:blockquote|div|p|a|iframe|section|article|h[1-6]|link|meta|script)\b/i;

/** `<blockquote …>…</blockquote><script async src="https://platform.twitter.com/widgets.js"></script>` */
export function isEmbed(text: string, at: number): boolean {
  return EMBED.test(text.slice(at, at + 1_000)) && AROUND_EMBED.test(text.slice(0, at) + text.slice(at + 7));
}

/** Several lines of markup with a script of their own in them that asks for nothing. */
export function isPieceOfPage(text: string): boolean {
  // What stands behind the bound could ask for anything.
  if (text.length > READ_MAX) return false;
  const lines = text.split('\n', LINES_READ_MAX).filter((line) => line.trim() !== '');
  if (lines.length < 2 && !/^[^<]*\n|\n[^<]*$/.test(text)) return false;
  const script = /<script\b[^>]{0,400}>/gi;
  let last = 0;
  let scripts = 0;
  for (const match of text.matchAll(script)) {
    last = match.index + match[0].length;
    scripts += 1;
  }
  if (scripts === 0 || FOREIGN.test(text) || CALLS_OF_SCRIPT.test(text) || CALLS_IN_DISGUISE.test(text)) return false;
  const rest = text.slice(last);
  // The last line opens a script of which nothing was taken along.
  if (rest.trim() === '') return true;
  const isCut = !/<\/script/i.test(rest);
  // A script and nothing around it is no page.
  if (!isCut && !/(?:^|\n)[ \t]{0,80}<(?!\/?script\b)[!/a-z]/i.test(text)) return false;
  return (
    lines.length >= (isCut ? LINES_CUT_MIN : LINES_MIN) &&
    lines.filter((line) => PAGE_LINE.test(line)).length * 2 > lines.length
  );
}
