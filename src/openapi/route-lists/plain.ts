// One route a line: `GET /users/{id}`, `GET,POST shop.example.com/orders/*`, `/health`. `#` begins a comment.
import type { ImportedRoute, RoutesRead } from './route-list.ts';

const LINE = /^(?:((?:[A-Za-z]+|\*)(?:,[A-Za-z]+)*)[ \t,;]+)?(?:https?:\/\/)?([^/\s]*)(\/\S*)$/;

export function plainRoutes(text: string): RoutesRead {
  const routes: ImportedRoute[] = [];
  const skipped: string[] = [];
  for (const [i, written] of text.split('\n').entries()) {
    const line = written.replace(/(?:^|\s)#.*$/, '').trim();
    if (line === '') continue;
    const match = LINE.exec(line);
    if (match === null) {
      skipped.push(`line ${i + 1} is no route; write \`GET host/path\``);
      continue;
    }
    const [, methods = '*', host = '', path = '/'] = match;
    routes.push({
      methods: methods === '*' || /^any$/i.test(methods) ? [] : methods.toUpperCase().split(','),
      hosts: host === '' || host === '*' ? [] : [host.toLowerCase().replace(/:\d+$/, '')],
      path: path.replace(/[?#].*$/, ''),
      match: 'template',
    });
  }
  return { routes, skipped };
}
