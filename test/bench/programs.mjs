// Peers from Debian packages, each set up in a temporary folder with a configuration of its own, listening on loopback only.
// @ts-check
import { accessSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, nodeProxy, startProgram } from '../../dist/cli/bench/contestant.js';

/** @typedef {import('../../src/cli/bench/contestant.ts').Contestant} Contestant */

const NGINX_MODULE = '/usr/lib/nginx/modules/ngx_http_modsecurity_module.so';
const CRS_RULES = '/usr/share/modsecurity-crs/rules';

/** @type {Contestant} */
export const fastifyProxy = nodeProxy(
  '@fastify/http-proxy',
  new URL('./fastify-proxy-process.mjs', import.meta.url).href,
);

/** @type {Contestant} */
export const nginx = {
  name: 'nginx',
  warmShare: 0,
  start: (upstreamPort) => startNginx(upstreamPort, ''),
};

/** @type {Contestant} */
export const nginxWithCrs = {
  name: 'nginx + ModSecurity + CRS',
  warmShare: 0,
  connectionsMax: 4,
  start: async (upstreamPort) => {
    needs(NGINX_MODULE, 'libnginx-mod-http-modsecurity');
    needs(CRS_RULES, 'modsecurity-crs');
    return startNginx(upstreamPort, crsRules());
  },
};

/** @type {Contestant} */
export const haproxy = {
  name: 'haproxy',
  warmShare: 0,
  start: async (upstreamPort) => {
    needs('/usr/sbin/haproxy', 'haproxy');
    const folder = mkdtempSync(join(tmpdir(), 'bench-haproxy-'));
    const port = await freePort();
    const configuration = `global
  nbthread 1
  maxconn 1000
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  http-reuse always
frontend front
  bind 127.0.0.1:${port}
  default_backend api
backend api
  server one 127.0.0.1:${upstreamPort}
`;
    writeFileSync(join(folder, 'haproxy.cfg'), configuration);
    return withFolder(folder, startProgram(port, '/usr/sbin/haproxy', ['-db', '-f', join(folder, 'haproxy.cfg')]));
  },
};

/**
 * @param {number} upstreamPort
 * @param {string} rules ModSecurity rules; empty for none
 */
async function startNginx(upstreamPort, rules) {
  needs('/usr/sbin/nginx', 'nginx');
  const folder = mkdtempSync(join(tmpdir(), 'bench-nginx-'));
  const port = await freePort();
  if (rules !== '') writeFileSync(join(folder, 'modsecurity.conf'), rules);
  const configuration = `daemon off;
worker_processes 1;
pid ${folder}/pid;
error_log ${folder}/error.log error;
${rules === '' ? '' : `load_module ${NGINX_MODULE};`}
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  ${rules === '' ? '' : `modsecurity on; modsecurity_rules_file ${folder}/modsecurity.conf;`}
  upstream api { server 127.0.0.1:${upstreamPort}; keepalive 128; keepalive_requests 1000000000; }
  server {
    listen 127.0.0.1:${port};
    location / {
      proxy_pass http://api;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_buffers 16 16k;
    }
  }
}
`;
  writeFileSync(join(folder, 'nginx.conf'), configuration);
  const args = ['-e', `${folder}/error.log`, '-p', folder, '-c', join(folder, 'nginx.conf')];
  return withFolder(folder, startProgram(port, '/usr/sbin/nginx', args));
}

/**
 * The Debian rules at paranoia level 1, blocking, with JSON responses looked at too, as the gateway does, and without the audit
 * log, which would be measured instead.
 */
function crsRules() {
  const engine = readFileSync('/etc/nginx/modsecurity.conf', 'utf8')
    .replace(/^SecRuleEngine .*/m, 'SecRuleEngine On')
    .replace(/^SecResponseBodyMimeType .*/m, 'SecResponseBodyMimeType text/plain text/html text/xml application/json')
    .replace(/^SecAuditEngine .*/m, 'SecAuditEngine Off')
    .replace(/^SecAuditLog .*/m, '')
    .replace(/^SecUnicodeMapFile .*/m, 'SecUnicodeMapFile /etc/nginx/unicode.mapping 20127');
  const rules = readdirSync(CRS_RULES)
    .filter((file) => file.endsWith('.conf'))
    .sort();
  const includes = rules.map((file) => `Include ${CRS_RULES}/${file}`);
  return [engine, 'Include /etc/modsecurity/crs/crs-setup.conf', ...includes, ''].join('\n');
}

/**
 * @param {string} path
 * @param {string} debianPackage
 */
function needs(path, debianPackage) {
  try {
    accessSync(path);
  } catch {
    throw new Error(`apt-get install ${debianPackage}`);
  }
}

/**
 * @param {string} folder
 * @param {ReturnType<typeof startProgram>} starting
 */
async function withFolder(folder, starting) {
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    const running = await starting;
    return {
      ...running,
      stop: async () => {
        await running.stop();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
