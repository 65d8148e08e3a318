// Functions and files that are forgotten on servers, each with what the real one answers: a page in its place does not count.
import type { Severity } from '../../core/finding.ts';
import type { KindId } from '../finding.ts';

export interface Known {
  readonly id: KindId & ('debug-endpoint' | 'exposed-file');
  readonly path: string;
  readonly what: string;
  readonly pattern: RegExp;
  readonly severity?: Severity;
}

const debug = (path: string, what: string, pattern: RegExp, severity?: Severity): Known => ({
  id: 'debug-endpoint',
  path,
  what,
  pattern,
  ...(severity === undefined ? {} : { severity }),
});
const file = (path: string, what: string, pattern: RegExp): Known => ({ id: 'exposed-file', path, what, pattern });

export const KNOWN_PATHS: readonly Known[] = [
  debug('/actuator', 'the management functions of Spring Boot', /"_links"\s*:/, 'medium'),
  debug('/actuator/env', 'settings of Spring Boot', /"propertySources"\s*:/),
  debug('/actuator/configprops', 'settings of Spring Boot', /"contexts"\s*:/),
  debug('/actuator/mappings', 'routes of Spring Boot', /"dispatcherServlets"|"mappings"\s*:/, 'medium'),
  debug('/debug/vars', 'variables of the process', /^\s*\{[\s\S]*"(?:memstats|cmdline|memory|heapUsed|rss)"/),
  debug('/debug/pprof/', 'profiles of a Go process', /Types of profiles available|\/debug\/pprof\//),
  debug('/server-status', 'the status of Apache', /Apache Server Status/),
  debug('/server-info', 'settings of Apache', /Apache Server Information/),
  debug('/nginx_status', 'the status of nginx', /^Active connections:/m, 'low'),
  debug('/metrics', 'metrics of Prometheus', /^# (?:HELP|TYPE) /m, 'medium'),
  debug('/phpinfo.php', 'settings of PHP', /phpinfo\(\)|PHP Version/),
  debug('/info.php', 'settings of PHP', /phpinfo\(\)/),
  debug('/_profiler/', 'the profiler of Symfony', /Symfony Profiler/),
  debug('/elmah.axd', 'the error log of ASP.NET', /Error Log for/),
  debug('/trace.axd', 'the trace of ASP.NET', /Application Trace/),
  debug('/rails/info/routes', 'routes of Rails', /Helper.*HTTP Verb/s),
  debug('/telescope/requests', 'Laravel Telescope', /Laravel Telescope|telescope-/),
  debug('/jolokia/version', 'Jolokia, a door to JMX', /"agent"\s*:/),
  debug('/h2-console/', 'the console of a H2 database', /H2 Console/),
  debug('/console/', 'an interactive console', /Werkzeug|Interactive Console/),
  debug('/graphiql', 'GraphiQL, a page to ask GraphQL with', /GraphiQL/, 'low'),
  debug('/playground', 'a page to ask GraphQL with', /GraphQL Playground/, 'low'),
  debug('/env', 'settings of the process', /"(?:PATH|HOME|NODE_ENV)"\s*:/),
  file('/.env', 'settings of the application', /^[A-Z][A-Z0-9_]{2,}\s*=/m),
  file('/.git/config', 'a Git repository', /^\s*\[core\]/m),
  file('/.git/HEAD', 'a Git repository', /^ref: refs\//),
  file('/.svn/entries', 'a Subversion working copy', /^\d+\s*$/m),
  file('/.DS_Store', 'a list of files', /Bud1/),
  file('/.htpasswd', 'password hashes', /^[^:\s]+:(?:\$apr1\$|\$2[aby]\$|\{SHA\})/m),
  file('/.aws/credentials', 'keys of AWS', /aws_secret_access_key/i),
  file('/.npmrc', 'settings of npm', /_authToken|registry\s*=/),
  file('/id_rsa', 'a private key', /-----BEGIN [A-Z ]*PRIVATE KEY-----/),
  file('/config.json', 'settings with secrets', /"(?:password|secret|api_?key|private_?key)"\s*:/i),
  file(
    '/backup.sql',
    'a copy of a database',
    /^(?:-- MySQL dump|-- PostgreSQL database dump|CREATE TABLE|INSERT INTO)/m,
  ),
  file('/dump.sql', 'a copy of a database', /^(?:-- MySQL dump|-- PostgreSQL database dump|CREATE TABLE|INSERT INTO)/m),
  file('/wp-config.php.bak', 'settings of WordPress', /DB_PASSWORD/),
  file('/docker-compose.yml', 'how containers are put together', /^services:/m),
  file('/composer.lock', 'the packages of a PHP application', /"content-hash"/),
];
