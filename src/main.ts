#!/usr/bin/env node
// The entry point: the command line. Each verb is a file in cli/, loaded when it is asked for.
import v8 from 'node:v8';
import { Command, InvalidArgumentError } from 'commander';

// A pattern that backtracks too long goes on in V8's linear engine instead of holding the event loop.
v8.setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

const program = new Command('sallyport')
  .description('Inline API firewall: inspects requests and responses, and blocks, masks or tags them')
  .showHelpAfterError();

program
  .command('run', { isDefault: true })
  .description('run the gateway; with neither config nor upstream, in front of the bundled sample API')
  .option('--config <file>', 'configuration file, such as sallyport.yaml')
  .option('--upstream <url>', 'the API to stand in front of')
  .option('--listen <port>', 'port of the gateway (8080)', integer)
  .option('--admin <port>', 'port of the admin API, on loopback (9090)', integer)
  .option('--data <dir>', 'folder for what must survive a restart')
  .option('--policies <dir>', "folder with the operator's policies")
  .option('--mode <mode>', 'enforce or monitor', oneOf('enforce', 'monitor', 'off'))
  .option('--workers <n>', 'worker processes (one per core)', integer)
  .action(async (options) => exitWith((await import('./cli/run.ts')).runGateway(options)));

program
  .command('check')
  .description('validate the configuration and every policy')
  .option('--config <file>', 'configuration file')
  .option('--policies <dir>', "folder with the operator's policies")
  .action(async (options) => exitWith((await import('./cli/check.ts')).runCheck(options)));

program
  .command('test')
  .description('run the policy unit tests (kind: suite)')
  .argument('[dir]', 'folder with policies')
  .option('--config <file>', 'configuration file')
  .action(async (dir, options) => exitWith((await import('./cli/test.ts')).runTest(dir, options)));

program
  .command('replay')
  .description('run recorded transactions (HAR, NDJSON, GoReplay, Burp, ZAP, pcap) through the engine')
  .argument('<files...>')
  .option('--config <file>', 'configuration file')
  .option('--policies <dir>', "folder with the operator's policies")
  .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
  .option('--enforce-report', 'list every transaction that enforce mode would have blocked')
  .option('--learn', 'compare each transaction with what was learned of those before it')
  .option('--learned <file>', "the same, beginning with a gateway's learned.json")
  .action(async (files, options) => exitWith((await import('./cli/replay.ts')).runReplay(files, options)));

program
  .command('backtest')
  .description('candidate policies against the live ones on the same traffic; exit 2 when something is newly blocked')
  .requiredOption('--candidate <dir>', 'folder with the candidate policies, in place of yours')
  .option('--traffic <files...>', 'recorded traffic; without it, what the recorder kept')
  .option('--since <period>', 'how far back into the recorder, such as 24h')
  .option('--config <file>', 'configuration file')
  .option('--policies <dir>', "folder with the live policies, in place of the configuration's")
  .option('--data <dir>', "the gateway's data folder")
  .option('--learned <file>', "a gateway's learned.json, for what compares with the learned")
  .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
  .action(async (options) => exitWith((await import('./cli/backtest.ts')).runBacktest(options)));

program
  .command('explain')
  .description('why a transaction was decided as it was')
  .argument('<id>', "a transaction's id: the instance of a block page, or x-sallyport-id")
  .option('--config <file>', 'configuration file')
  .option('--admin <url>', 'the admin API; SALLYPORT_ADMIN_TOKEN has the token')
  .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
  .action(async (id, options) => exitWith((await import('./cli/explain.ts')).runExplain(id, options)));

const policies = program.command('policies').description('versions of the live policy: list, diff, rollback');
policies
  .command('list', { isDefault: true })
  .description('what was live when, by whom and why')
  .option('--config <file>', 'configuration file')
  .option('--admin <url>', 'the admin API; SALLYPORT_ADMIN_TOKEN has the token')
  .action(async (options) => exitWith((await import('./cli/policies.ts')).runPoliciesList(options)));
policies
  .command('diff')
  .description('what differs between two versions; without the second, against what is live')
  .argument('<from>')
  .argument('[to]')
  .option('--config <file>', 'configuration file')
  .option('--admin <url>', 'the admin API')
  .action(async (from, to, options) =>
    exitWith((await import('./cli/policies.ts')).runPoliciesDiff(from, to, options)),
  );
policies
  .command('rollback')
  .description('back to a version, or to the one before')
  .argument('[version]')
  .option('--reason <text>', 'why, for the audit log', 'rolled back on the command line')
  .option('--config <file>', 'configuration file')
  .option('--admin <url>', 'the admin API')
  .action(async (version, options) =>
    exitWith((await import('./cli/policies.ts')).runPoliciesRollback(version, options)),
  );

const shadow = program
  .command('shadow')
  .description('a candidate policy beside the live one on live traffic: start, show, promote, drop');
const ofGateway = (command: Command): Command =>
  command
    .option('--config <file>', 'configuration file')
    .option('--admin <url>', 'the admin API; SALLYPORT_ADMIN_TOKEN has the token');
ofGateway(shadow.command('start'))
  .description('judge a part of the traffic by the candidate too; no verdict changes')
  .requiredOption('--candidate <dir>', 'folder with the candidate policies, in place of yours')
  .option('--share <share>', 'part of the transactions that is looked at', '0.1')
  .option('--for <period>', 'how long', '24h')
  .option('--reason <text>', 'why, for the audit log', '')
  .action(async (options) => exitWith((await import('./cli/shadow.ts')).runShadowStart(options)));
ofGateway(shadow.command('show', { isDefault: true }))
  .description('what the candidate would change')
  .option('--format <format>', 'text or json', oneOf('text', 'json'), 'text')
  .action(async (options) => exitWith((await import('./cli/shadow.ts')).runShadowShow(options)));
ofGateway(shadow.command('promote'))
  .description('make the candidate live')
  .option('--reason <text>', 'why, for the audit log', 'promoted on the command line')
  .action(async (options) => exitWith((await import('./cli/shadow.ts')).runShadowPromote(options)));
ofGateway(shadow.command('drop'))
  .description('end the comparison')
  .option('--reason <text>', 'why, for the audit log', '')
  .action(async (options) => exitWith((await import('./cli/shadow.ts')).runShadowDrop(options)));

program
  .command('export')
  .description('what was learned, as a document: openapi')
  .argument('<what>', 'openapi')
  .option('--host <host>', 'only endpoints of this host')
  .option('--config <file>', 'configuration file')
  .option('--data <dir>', "the gateway's data folder")
  .action(async (what, options) => exitWith((await import('./cli/export.ts')).runExport(what, options)));

program
  .command('audit')
  .description('ask a target, politely, what anybody could ask, and say what should not be so')
  .argument('<url>', 'such as https://api.example.com')
  .option('--openapi <file>', 'OpenAPI document, file or URL; without one it is looked for at the target')
  .option('--admin <url>', 'admin API of a gateway: asks what it has learned instead')
  .option('--token <token>', 'of the admin API (SALLYPORT_ADMIN_TOKEN)')
  .option('--user-a <header>', 'header line that signs a test user in, or @FILE with one')
  .option('--user-b <header>', "a second test user's: tries to read the first one's objects")
  .option('--active', 'also methods that change something, and wrong passwords')
  .option('--dry-run', 'send nothing, list what would be asked')
  .option('--max-requests <n>', 'at most so many requests', positive, 500)
  .option('--rate <n>', 'at most so many a second', positive, 20)
  .option('--max-seconds <n>', 'at most so long', positive, 600)
  .option('--format <format>', 'text, json, sarif or html', oneOf('text', 'json', 'sarif', 'html'), 'text')
  .option('--out <file>', 'write it there instead of to the terminal')
  .option(
    '--fail-on <severity>',
    'exit with 2 from this severity on',
    oneOf('info', 'low', 'medium', 'high', 'critical', 'never'),
    'high',
  )
  .action(async (url, options) => exitWith((await import('./cli/audit.ts')).runAudit(url, options)));

program
  .command('report')
  .description('a period of a running gateway as one HTML file: incidents, actors, data, posture, coverage')
  .option('--since <period>', '24h, 7d, 4w, or a date', '7d')
  .requiredOption('--out <file>', 'HTML file to write')
  .option('--lang <language>', 'en or ko', oneOf('en', 'ko'), 'en')
  .option('--admin <url>', 'admin API of the gateway', 'http://localhost:9090')
  .option('--token <token>', 'of the admin API (SALLYPORT_ADMIN_TOKEN)')
  .action(async (options) => exitWith((await import('./cli/report.ts')).runReport(options)));

program
  .command('bench')
  .description('measure what the shipped policies recognise and what inspection costs on this machine')
  .option('--full', 'longer and with less noise')
  .action(async (options) => exitWith((await import('./cli/bench.ts')).runBench(options)));

program
  .command('sample-api')
  .description('run only the bundled sample API')
  .option('--listen <port>', 'port', integer, 3000)
  .option('--host <host>', 'address', '127.0.0.1')
  .option('--hardened', 'without its flaws')
  .action(async (options) => exitWith((await import('./cli/sample-api.ts')).runSampleApi(options)));

await program.parseAsync();

async function exitWith(code: Promise<number>): Promise<void> {
  process.exitCode = await code;
}

function integer(text: string): number {
  if (!/^\d{1,7}$/.test(text)) throw new InvalidArgumentError('a whole number');
  return Number(text);
}

function positive(text: string): number {
  if (!/^[1-9]\d{0,6}$/.test(text)) throw new InvalidArgumentError('a whole number from 1 on');
  return Number(text);
}

function oneOf(...values: readonly string[]): (text: string) => string {
  return (text) => {
    if (!values.includes(text)) throw new InvalidArgumentError(`one of ${values.join(', ')}`);
    return text;
  };
}
