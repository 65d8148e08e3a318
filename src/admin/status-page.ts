// What runs here, on one plain page. Values come from configuration and policy only, never from traffic.
import type { AdminContext } from './context.ts';

export function statusPage({ policy, workers, gateway }: AdminContext): string {
  const { bundle, faults } = policy();
  const { serving, wanted } = workers();
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sallyport</title><link rel="stylesheet" href="/style.css">
<main><h1>Sallyport</h1>
<dl><dt>Gateway</dt><dd>${escaped(`${gateway.listen.host}:${gateway.listen.port}`)}, ${escaped(gateway.mode)} mode</dd>
<dt>Workers</dt><dd>${serving} of ${wanted} serving</dd>
<dt>Policy</dt><dd>version ${escaped(bundle.version)}, ${bundle.documents.length} documents${faults.length > 0 ? `, the last change was refused (${faults.length} faults)` : ''}</dd>
<dt>Admin API</dt><dd><a href="/api/v1/openapi.json">/api/v1/openapi.json</a> (bearer token), <a href="/metrics">/metrics</a></dd></dl></main></html>`;
}

export const statusStyle = `:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}main{max-width:40rem;margin:4rem auto;padding:0 1rem}dt{font-weight:600;margin-top:1rem}dd{margin:0}`;

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c]!);
}
