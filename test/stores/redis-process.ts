// Real redis-server processes on free ports of the loopback: one alone, one with a sentinel, three masters as a cluster.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';

const run = promisify(execFile);

export const hasRedis = await run('redis-server', ['--version']).then(
  () => true,
  () => false,
);

export class RedisProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.#args = args;
    this.#folder = mkdtempSync(join(tmpdir(), 'redis-'));
  }

  static async start(...args: readonly string[]): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), args);
    await redis.start();
    return redis;
  }

  static async startSentinel(masterPort: number): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), ['--sentinel']);
    const lines = [
      `sentinel monitor mymaster 127.0.0.1 ${masterPort} 1`,
      'sentinel down-after-milliseconds mymaster 500',
      'sentinel failover-timeout mymaster 3000',
    ];
    writeFileSync(join(redis.#folder, 'sentinel.conf'), `${lines.join('\n')}\n`);
    await redis.start();
    return redis;
  }

  async start(): Promise<void> {
    const base = ['--port', `${this.port}`, '--bind', '127.0.0.1', '--dir', this.#folder];
    const args = this.#args.includes('--sentinel')
      ? ['sentinel.conf', ...base, '--sentinel']
      : [...base, '--save', '', '--appendonly', 'no', ...this.#args];
    this.#process = spawn('redis-server', args, { cwd: this.#folder, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    await new Promise<void>((resolve, reject) => {
      this.#process!.stdout!.on('data', (chunk: Buffer) => {
        output += chunk.toString();
        if (/Ready to accept connections|Sentinel ID is/.test(output)) resolve();
      });
      this.#process!.once('exit', () => reject(new Error(`redis-server did not start: ${output}`)));
    });
  }

  signal(name: NodeJS.Signals): void {
    this.#process?.kill(name);
  }

  async kill(): Promise<void> {
    const running = this.#process;
    this.#process = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const ended = once(running, 'exit');
    running.kill('SIGKILL');
    await ended;
  }

  async remove(): Promise<void> {
    await this.kill();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** One command past the store. */
  async ask(...command: readonly (string | number | Buffer)[]): Promise<unknown> {
    const client = new Redis({ port: this.port, host: '127.0.0.1', lazyConnect: true });
    client.on('error', () => {});
    try {
      await client.connect();
      return await client.call(String(command[0]), ...command.slice(1));
    } finally {
      client.disconnect();
    }
  }
}

export async function startCluster(): Promise<readonly RedisProcess[]> {
  const args = ['--cluster-enabled', 'yes', '--cluster-announce-ip', '127.0.0.1', '--cluster-node-timeout', '2000'];
  const nodes = await Promise.all([1, 2, 3].map(() => RedisProcess.start(...args)));
  const places = nodes.map((node) => `127.0.0.1:${node.port}`);
  await run('redis-cli', ['--cluster', 'create', ...places, '--cluster-replicas', '0', '--cluster-yes']);
  for (const node of nodes) {
    while (!String(await node.ask('CLUSTER', 'INFO')).includes('cluster_state:ok')) await new Promise(setImmediate);
  }
  return nodes;
}

/** A cluster node also listens on its port plus 10,000. */
async function freePort(): Promise<number> {
  for (;;) {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    server.close();
    await once(server, 'close');
    if (port + 10_000 < 65_536) return port;
  }
}
