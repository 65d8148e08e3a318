// File inclusion: a value that makes an interpreter read or run a file of the sender's choice: the stream wrappers of PHP and
// Java, and addresses of foreign scripts in parameters that name a file, a page or a template.
// Steps up a path are path-traversal's; inside addresses are ssrf's.
import { COLON, SLASH } from '../core/characters.ts';
import type { FieldDetector, Recognition } from '../core/detector.ts';
import type { Field } from '../core/field.ts';
import { noSettings } from './settings.ts';

export const fileInclusion: FieldDetector = {
  kind: 'field',
  id: 'file-inclusion',
  classes: COLON | SLASH,
  settings: noSettings,
  load: () => inspect,
};

/** PHP manual, "Supported Protocols and Wrappers"; the archive and class-path schemes of Java. Anchored or behind a chain. */
const WRAPPER =
  /(?:^|[\s=|/'"(,])(?:php:\/{0,2}(?:filter|input|fd|memory|temp|stdin|output)\b|(?:phar|expect|zip|glob|rar|ogg|zlib|compress\.(?:zlib|bzip2)|ssh2\.(?:exec|shell|sftp|tunnel)):\/\/[^\s]|data:\/\/?[\w/+.-]*[;,]|jar:(?:file|https?|ftp):|netdoc:\/|classpath\*?:[/\w])/i;
const FILTER_CHAIN =
  /\b(?:convert\.(?:base64|iconv|quoted)|string\.(?:rot13|strip_tags|toupper|tolower)|zlib\.(?:de|in)flate)[\w.-]*\s*[/|=]|resource=/i;
/** Parameters that name what a page is built from. */
const FILE_NAME =
  /^(?:file|files|filename|file_?name|filepath|file_?path|path|page|pages?_?name|include|inc|incl|includes?|require|template|tpl|tmpl|theme|layout|skin|module|mod|component|controller|view|section|document|doc|root|dir|directory|folder|lang|language|locale|load|read|show|style|stylesheet|pg|p|content|body_?file|conf|config|header|footer|abspath|base_?path|basedir|root_?path|document_root|mosconfig_absolute_path|plugin|addon|script|class|action|display|board|cat|site|source|src_?path|phpbb_root_path|_server\[document_root\])$/i;
const SCRIPT_ADDRESS =
  /^\s*(?:https?|ftps?):\/\/[^\s]+?(?:\.(?:php\d?|phtml|phar|inc|asp|aspx|jsp|jspx|cgi|pl|py|sh|txt|gif|jpe?g|dat)(?:\?{1,3}|%00|\0|;|$)|\?{1,3}$|%00$|\0|\/(?:shell|c99|r57|cmd|evil|backdoor|webshell)\b)/i;
/** Of them, those that also name pages, places and sources on the web. */
const PAGE_NAME =
  /^(?:pages?|p|pg|source|site|content|document|doc|read|load|show|display|action|board|class|section)$/i;
/** UNC shares: `\\host\share\file`. */
const SHARE = /^\s*\\\\[\w.-]+\\[\w$.-]+\\/;

function inspect(field: Field): Recognition | undefined {
  if (field.of === 'key' || field.location === 'path') return undefined;
  const { text } = field;
  const wrapper = WRAPPER.exec(text);
  if (wrapper !== null) {
    const scheme = wrapper[0];
    const trimmed = text.trim();
    const isWhole = trimmed.length <= 20_000 && !/\s/.test(trimmed.slice(0, 400)) && wrapper.index <= 8;
    if (/data:/i.test(scheme)) {
      // `data://text/plain;base64,…` runs in PHP; `data:image/png;base64,…` is how browsers write pictures.
      const runs = /^\s*data:\/\/?(?:text\/plain|text\/html|,|;|application\/x-httpd)/i.test(text);
      return isWhole && runs && field.location !== 'header'
        ? found(0.88, 'runs its own text by a data wrapper', text)
        : undefined;
    }
    if (/php:/i.test(scheme)) {
      if (isWhole) return found(0.95, 'reads by a stream wrapper of PHP', text);
      return FILTER_CHAIN.test(text.slice(wrapper.index, wrapper.index + 400))
        ? found(0.6, 'names a filter chain of PHP inside a text', text.slice(wrapper.index))
        : undefined;
    }
    // What stands behind `expect:` is a command, with its arguments.
    return isWhole || /^\s*expect:/i.test(text) ? found(0.9, 'reads by a stream wrapper', text) : undefined;
  }
  if (field.location === 'header' || text.length > 4_096 || !FILE_NAME.test(field.name)) return undefined;
  if (field.location === 'query' && /^\s*data:(?:text\/plain)?[;,]/i.test(text))
    return found(0.85, 'runs its own text by a data wrapper', text);
  if (SHARE.test(text)) return found(0.6, 'names a file on a foreign share', text);
  if (!SCRIPT_ADDRESS.test(text) || /\s/.test(text.trim())) return undefined;
  // Pages are named by their address as well, by analytics and previews; a question mark at the end cuts a suffix off.
  const cuts = /(?:\?|%00|\0)$/.test(text.trim()) || /\/(?:shell|c99|r57|cmd|evil|backdoor|webshell)\b/i.test(text);
  const isPicture = /\.(?:gif|jpe?g|txt|dat)$/i.test(text.trim());
  if (isPicture && !cuts) return undefined;
  const isFile = !PAGE_NAME.test(field.name);
  if (!cuts && !isFile) return undefined;
  return found(
    cuts || (isFile && field.location === 'query') ? 0.85 : 0.55,
    'names a foreign script where a file belongs',
    text,
  );
}

function found(confidence: number, what: string, text: string): Recognition {
  return { confidence, what, matched: text.slice(0, 120), ...(confidence < 0.8 ? { severity: 'low' as const } : {}) };
}
