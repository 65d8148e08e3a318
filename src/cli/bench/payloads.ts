// What the bench sends and gets: ordinary shop traffic without an attack, in exact sizes, the same in every run.

export type Method = 'GET' | 'POST';

const HOST = 'shop.example';

/**
 * A JSON list of orders, padded to exactly so many bytes. One record in four names an e-mail address. `first` is the number
 * of the first order, and no two orders are the same: nobody shall be fast because he has seen it before.
 */
export function recordsJson(bytes: number, first = 0): string {
  const records: string[] = [];
  let length = 2;
  for (let i = first; ; i += 1) {
    const record = JSON.stringify({
      id: 1_000 + i,
      reference: `ord-${(0x9e3779b1 * (i + 1)) >>> 0}`,
      name: ['folding oak desk', 'quiet steel kettle', "children's umbrella", '작은 노트북'][i % 4],
      price: Math.round(((i * 7_919) % 20_000) + 99) / 100,
      isPaid: i % 3 === 0,
      placedAt: new Date(1_767_225_600_000 + i * 61_000).toISOString(),
      note: `leave it at door ${i}, please; ring ${['once', 'twice'][i % 2]}`,
      ...(i % 4 === 1 ? { contact: `customer${i}@example.com` } : {}),
    });
    const size = Buffer.byteLength(record) + 1;
    if (length + size > bytes - 16) break;
    records.push(record);
    length += size;
  }
  const text = `[${records.join(',')}`;
  const closing = `${records.length > 0 ? ',' : ''}{"pad":"`;
  return `${text}${closing}${'x'.repeat(bytes - Buffer.byteLength(text) - closing.length - 3)}"}]`;
}

/** A whole request as a browser application would send it; `kilobytes` says how long the answer shall be. */
export function requestBytes(method: Method, kilobytes: number, first = 0): Buffer {
  const body = method === 'POST' ? recordsJson(1_024, first) : '';
  const target = method === 'GET' ? `/${kilobytes}?page=${2 + first}&sort=price&q=oak%20desk` : `/${kilobytes}`;
  return Buffer.from(
    `${[
      `${method} ${target} HTTP/1.1`,
      `Host: ${HOST}`,
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
      'Accept: application/json',
      'Accept-Language: en-GB,en;q=0.7,ko;q=0.3',
      'Cookie: basket=9f2c61a0; theme=dark',
      'Connection: keep-alive',
      ...(method === 'POST' ? ['Content-Type: application/json', `Content-Length: ${Buffer.byteLength(body)}`] : []),
    ].join('\r\n')}\r\n\r\n${body}`,
  );
}
