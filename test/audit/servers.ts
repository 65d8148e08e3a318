// Servers to audit, and who signs in at the sample API.
import * as http from 'node:http';
import type { AddressInfo } from 'node:net';

export async function serverThat(
  answer: http.RequestListener,
): Promise<{ url: string; asked: string[]; close(): void }> {
  const asked: string[] = [];
  const server = http.createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, asked, close: () => server.closeAllConnections() ?? server.close() };
}

export async function userOf(url: string, name: string): Promise<{ name: string; value: string }> {
  const body = JSON.stringify({ email: `${name}@example.com`, password: `${name}-password` });
  const { token } = (await (await fetch(`${url}/api/login`, { method: 'POST', body })).json()) as { token: string };
  return { name: 'authorization', value: `Bearer ${token}` };
}
