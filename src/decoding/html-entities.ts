// Character references of HTML that matter to an attack: numeric ones and the named ASCII characters (WHATWG HTML §13.5).

const NAMED: Readonly<Record<string, string>> = {
  amp: '&',
  apos: "'",
  ast: '*',
  bsol: '\\',
  colon: ':',
  comma: ',',
  commat: '@',
  dollar: '$',
  equals: '=',
  excl: '!',
  grave: '`',
  gt: '>',
  GT: '>',
  lbrace: '{',
  lbrack: '[',
  lcub: '{',
  lowbar: '_',
  lpar: '(',
  lsqb: '[',
  lt: '<',
  LT: '<',
  nbsp: ' ',
  NewLine: '\n',
  num: '#',
  percnt: '%',
  period: '.',
  plus: '+',
  quest: '?',
  quot: '"',
  QUOT: '"',
  rbrace: '}',
  rbrack: ']',
  rcub: '}',
  rpar: ')',
  rsqb: ']',
  semi: ';',
  sol: '/',
  Tab: '\t',
  verbar: '|',
};

/** Browsers take numeric references without the closing semicolon as well; so do we. */
export function decodeHtmlEntities(text: string): string {
  return text.replace(
    /&(?:#[xX]([0-9a-fA-F]{1,8})|#(\d{1,9})|([A-Za-z]{2,8}));?/g,
    (reference, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) {
        if (Object.hasOwn(NAMED, name)) return NAMED[name]!;
        // `&ltscript`: the references of HTML 4 end where they end, without a semicolon.
        const old = /^(?:amp|AMP|lt|LT|gt|GT|quot|QUOT|nbsp)/.exec(name)?.[0];
        return old === undefined ? reference : `${NAMED[old.toLowerCase()]!}${reference.slice(1 + old.length)}`;
      }
      const code = Number.parseInt(hex ?? decimal!, hex === undefined ? 10 : 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : reference;
    },
  );
}
