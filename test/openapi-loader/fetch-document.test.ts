import * as http from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { fetchDocument, mayFetchFrom } from '../../src/openapi-loader/fetch-document.ts';

async function serverThat(answer: http.RequestListener): Promise<string> {
  const server = http.createServer(answer);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api.yaml`;
}

describe('fetching an API document', () => {
  it('sends the headers it is given, and what the last version was called', async () => {
    const seen: http.IncomingHttpHeaders[] = [];
    const url = await serverThat((request, response) => {
      seen.push(request.headers);
      if (request.headers['if-none-match'] === '"1"') response.writeHead(304).end();
      else response.setHeader('etag', '"1"').end('openapi: 3.1.0');
    });
    expect(await fetchDocument(url, { authorization: 'Bearer x' }, undefined)).toEqual({
      text: 'openapi: 3.1.0',
      tag: '"1"',
    });
    expect(await fetchDocument(url, {}, '"1"')).toBe('unchanged');
    expect(seen.map((headers) => headers.authorization)).toEqual(['Bearer x', undefined]);
  });

  it('follows no redirect, and takes no error and no flood for a document', async () => {
    const redirect = await serverThat((_, response) =>
      response.writeHead(302, { location: 'http://127.0.0.1/' }).end(),
    );
    expect(await fetchDocument(redirect, {}, undefined)).toHaveProperty('failure');
    const error = await serverThat((_, response) => response.writeHead(500).end('openapi: 3.1.0'));
    expect(await fetchDocument(error, {}, undefined)).toEqual({ failure: 'it answered with status 500' });
    const flood = await serverThat((_, response) => {
      const block = Buffer.alloc(1024 * 1024, 0x20);
      const write = (): void => {
        while (!response.destroyed && response.write(block));
      };
      response.on('drain', write);
      write();
    });
    expect(await fetchDocument(flood, {}, undefined)).toHaveProperty('failure');
  });

  it('asks no address where clouds keep credentials, whatever it is written as', async () => {
    expect(['169.254.169.254', 'fe80::1', 'fd00:ec2::254', '100.100.100.200'].filter(mayFetchFrom)).toEqual([]);
    expect(['10.0.0.7', '127.0.0.1', '192.0.2.1', '2001:db8::1'].every(mayFetchFrom)).toBe(true);
    for (const host of ['169.254.169.254', '[fe80::1]', '2852039166', '0xa9fea9fe', '[::ffff:169.254.169.254]']) {
      expect(await fetchDocument(`http://${host}/latest`, {}, undefined)).toEqual({
        failure: 'its address may not be asked',
      });
    }
  });

  it('says what went wrong when nobody answers', async () => {
    const server = http.createServer().listen(0, '127.0.0.1');
    await new Promise((listening) => server.once('listening', listening));
    const { port } = server.address() as AddressInfo;
    await new Promise((closed) => server.close(closed));
    const fetched = await fetchDocument(`http://127.0.0.1:${port}/api.yaml`, {}, undefined);
    expect(fetched).toEqual({ failure: 'ECONNREFUSED' });
  });
});
