// The routes an API gateway has, whatever it is: who asks whether an endpoint is among them gets yes or no.
import type { Endpoint } from '../../core/endpoint.ts';
import { compilePattern, patternFault } from '../patterns.ts';

export interface ImportedRoute {
  /** Upper case; empty for any. */
  readonly methods: readonly string[];
  /** Lower case, `*.example.com` for any below; empty for any. */
  readonly hosts: readonly string[];
  readonly path: string;
  /** `template`: with `{name}` for a segment and `{name+}` or `*` at the end for the rest. */
  readonly match: 'exact' | 'prefix' | 'template' | 'regex';
}

export interface RoutesRead {
  readonly routes: readonly ImportedRoute[];
  readonly skipped: readonly string[];
}

export interface RouteList {
  readonly format: string;
  readonly routes: readonly ImportedRoute[];
  /** Lines or routes that could not be read, and why. */
  readonly skipped: readonly string[];
  covers(endpoint: Pick<Endpoint, 'method' | 'host' | 'template'>): boolean;
}

type Test = (path: string) => boolean;

export const ROUTES_MAX = 50_000;
const SKIPPED_MAX = 100;

export function routeList(format: string, routes: readonly ImportedRoute[], skipped: readonly string[]): RouteList {
  const more = [...skipped];
  const compiled = routes.slice(0, ROUTES_MAX).flatMap((route) => {
    const test = testOf(route);
    if (typeof test === 'string') {
      more.push(`${route.path}: ${test}`);
      return [];
    }
    return [{ route, test }];
  });
  if (routes.length > ROUTES_MAX) more.push(`more than ${ROUTES_MAX} routes; the others are left out`);
  return {
    format,
    routes,
    skipped: more.slice(0, SKIPPED_MAX),
    covers: ({ method, host, template }) =>
      compiled.some(
        ({ route, test }) =>
          (route.methods.length === 0 || route.methods.includes(method)) &&
          (route.hosts.length === 0 || route.hosts.some((one) => isHost(one, host))) &&
          test(template),
      ),
  };
}

function isHost(pattern: string, host: string): boolean {
  if (pattern === '*') return true;
  if (pattern.startsWith('*.')) return host.endsWith(pattern.slice(1));
  return pattern.endsWith('.*') ? host.startsWith(pattern.slice(0, -1)) : pattern === host;
}

/** What is asked about is a template: its `{id}` is what a parameter, a prefix or a pattern takes. */
function testOf({ path, match }: ImportedRoute): Test | string {
  switch (match) {
    case 'exact':
      return (one) => sameTemplate(one, path);
    case 'prefix':
      return (one) => one.startsWith(path) || sameTemplate(one, path.replace(/\/$/, ''));
    case 'template': {
      const rest = /\/(?:\{\w*\+\}|\{proxy\+\}|\*{1,2})$/.exec(path);
      if (rest === null) return (one) => sameTemplate(one, path);
      const segments = path.slice(0, rest.index).split('/');
      return (one) => {
        const asked = one.split('/');
        return asked.length >= segments.length && segments.every((segment, i) => sameSegment(asked[i]!, segment));
      };
    }
    case 'regex': {
      const source = path.startsWith('^') ? path : `^(?:${path})`;
      const fault = patternFault(source);
      if (fault !== undefined) return fault;
      const { test } = compilePattern(source);
      // A parameter stands for a word and for a number.
      return (one) => test(one.replace(/\{[^{}/]*\}/g, 'a')) || test(one.replace(/\{[^{}/]*\}/g, '1'));
    }
    default:
      return match satisfies never;
  }
}

function sameTemplate(asked: string, route: string): boolean {
  const a = trimmed(asked).split('/');
  const b = trimmed(route).split('/');
  return a.length === b.length && b.every((segment, i) => sameSegment(a[i]!, segment));
}

function sameSegment(asked: string, route: string): boolean {
  return asked === route || /^(?:\{[^{}]*\}|:\w+|\*)$/.test(route);
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/$/, '') : path;
}
