// Mail header injection (RFC 5322): a line end in what becomes a header of a message, followed by recipients or a new body;
// and SMTP commands (RFC 5321) behind the end of the data.
import { CONTROL } from '../core/characters.ts';
import type { FieldDetector } from '../core/detector.ts';
import { noSettings } from './settings.ts';

const HEADERS =
  /^[^\r\n]{0,320}[\r\n]{1,8}[ \t]{0,40}(?:b?cc|to|reply-to|subject|from|content-type|mime-version|x-mailer)[ \t]{0,40}:[ \t]{0,40}\S/i;
/** An address, a line end and further recipients: no letter begins like that. */
const RECIPIENTS =
  /^[^\s@]{1,64}@[^\s@]{1,255}[\r\n]{1,4}[ \t]{0,8}(?:b?cc|to)[ \t]{0,8}:[ \t]{0,8}[^\s@]{1,64}@\S{1,255}\s*$/i;
const SMTP =
  /[\r\n]\.[\r\n]{1,4}(?:MAIL FROM|RCPT TO|DATA|QUIT|HELO|EHLO|RSET)\b|[\r\n](?:MAIL FROM|RCPT TO)\s*:\s*[<\w]|^[^\r\n]{0,80}[\r\n]{1,4}(?:QUIT|RSET|NOOP|STARTTLS)[\r\n]/i;
/** Tagged commands of IMAP (RFC 9051 §2.2.1). */
const IMAP =
  /[\r\n][A-Z]{1,2}\d{1,4} (?:CAPABILITY|FETCH|LOGIN|LOGOUT|SELECT|EXAMINE|CREATE|DELETE|RENAME|LIST|STATUS|APPEND|SEARCH|STORE|COPY|EXPUNGE|UID)\b/;
/** Fields that become a header of a mail; a message text may well contain a line `Subject: …`. */
const HEADER_FIELDS = /(?:^|[_-])(?:e?-?mail|from|to|cc|bcc|sender|recipient|reply[_-]?to|subject|name|address)s?$/i;

export const injectionMail: FieldDetector = {
  kind: 'field',
  id: 'injection-mail',
  classes: CONTROL,
  settings: noSettings,
  load: () => (field) => {
    const text = field.text.slice(0, 100_000);
    const commands = SMTP.exec(text) ?? IMAP.exec(text);
    if (commands !== null)
      return { confidence: 0.92, what: 'goes on with commands of a mail server', matched: commands[0] };
    const match = HEADERS.exec(text);
    if (match === null) return undefined;
    const isHeader = RECIPIENTS.test(text) || field.location === 'query' || HEADER_FIELDS.test(field.name);
    // Copies of a whole message are pasted into text fields: many lines, and no header field.
    if (!isHeader) return undefined;
    return { confidence: 0.9, what: 'adds a mail header behind a line end', matched: match[0].slice(-120) };
  },
};
