// Uploads: a multipart form with files and fields, or the bytes as they are. Nothing is kept.
import { Busboy, type BusboyInstance } from '@fastify/busboy';
import { HttpProblem } from './http.ts';

export interface Uploaded {
  readonly files: readonly {
    readonly field: string;
    readonly name: string;
    readonly type: string;
    readonly bytes: number;
  }[];
  readonly fields: Readonly<Record<string, string>>;
}

const PARTS_MAX = 20;

/** @throws HttpProblem 400 for a form that cannot be read */
export function readUpload(body: Buffer, contentType: string): Promise<Uploaded> {
  if (!/^multipart\/form-data/i.test(contentType))
    return Promise.resolve({ files: [{ field: '', name: '', type: contentType, bytes: body.length }], fields: {} });
  return new Promise((resolve, reject) => {
    const refuse = (): void => reject(new HttpProblem(400, 'a multipart form is expected'));
    const files: Uploaded['files'][number][] = [];
    const fields: Record<string, string> = Object.create(null);
    let reader: BusboyInstance;
    try {
      reader = new Busboy({
        headers: { 'content-type': contentType },
        limits: { parts: PARTS_MAX, fieldSize: 64 * 1024 },
      });
    } catch {
      refuse();
      return;
    }
    reader.on('file', (field, stream, name, _encoding, type) => {
      let bytes = 0;
      stream.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
      });
      stream.on('end', () => files.push({ field, name: name ?? '', type, bytes }));
    });
    reader.on('field', (name, value) => {
      fields[name] = String(value);
    });
    reader.on('error', refuse);
    reader.on('finish', () => resolve({ files, fields }));
    reader.end(body);
  });
}
