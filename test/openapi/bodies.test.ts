// Bodies that are no JSON: XML by the names that the document gives to elements and attributes, and forms by the encoding it states.
import { describe, expect, it } from 'vitest';
import { held } from './held.ts';

const PET = `
openapi: 3.0.3
info: { title: Pets, version: "1" }
paths:
  /pets:
    post:
      requestBody:
        content:
          application/xml: { schema: { $ref: "#/components/schemas/Pet" } }
          application/json: { schema: { $ref: "#/components/schemas/Pet" } }
      responses:
        200: { description: ok, content: { application/xml: { schema: { $ref: "#/components/schemas/Pet" } } } }
  /batch:
    post:
      requestBody:
        content:
          text/xml: { schema: { type: array, maxItems: 2, xml: { name: pets }, items: { $ref: "#/components/schemas/Pet" } } }
      responses: {}
components:
  schemas:
    Pet:
      type: object
      required: [id, name]
      xml: { name: pet, prefix: p, namespace: "urn:pets" }
      additionalProperties: false
      properties:
        id: { type: integer, minimum: 1, xml: { attribute: true } }
        name: { type: string, maxLength: 20, xml: { name: pet-name } }
        weight: { type: number }
        vaccinated: { type: boolean }
        owner: { type: string, nullable: true }
        born: { type: string, format: date }
        photos: { type: array, maxItems: 3, xml: { name: photos, wrapped: true }, items: { type: string, maxLength: 10, xml: { name: url } } }
        tag: { type: array, items: { $ref: "#/components/schemas/Tag" } }
    Tag:
      type: object
      required: [label]
      properties: { label: { type: string }, rank: { type: integer, readOnly: true } }
`;

const xml = { 'content-type': 'application/xml; charset=utf-8' };

describe('an XML body', () => {
  const contract = held(PET);
  const pet = (inside: string, attributes = 'id="7"'): string[] =>
    contract.post('/pets', `<?xml version="1.0"?><p:pet xmlns:p="urn:pets" ${attributes}>${inside}</p:pet>`, xml);
  const NAME = '<p:pet-name>Rex</p:pet-name>';

  it.each([
    ['elements, attributes and scalars', `${NAME}<weight> 4.5 </weight><vaccinated>true</vaccinated>`],
    ['a wrapped list', `${NAME}<photos><url>a.png</url><url>b.png</url></photos>`],
    ['an empty wrapped list', `${NAME}<photos/>`],
    ['a list of objects, unwrapped', `${NAME}<tag><label>a</label></tag><tag><label>b</label></tag>`],
    ['a text in CDATA', '<pet-name><![CDATA[R&x]]></pet-name>'],
    ['a comment, and null as XML Schema writes it', `${NAME}<!-- x --><owner xsi:nil="true" xmlns:xsi="urn:x"/>`],
  ])('fits with %s', (_, inside) => {
    expect(pet(inside)).toEqual([]);
  });

  it.each([
    ['', ['body /name required']],
    [`${NAME}<weight>heavy</weight>`, ['body /weight type']],
    [`${NAME}<vaccinated>maybe</vaccinated>`, ['body /vaccinated type']],
    [`${NAME}<born>yesterday</born>`, ['body /born format']],
    [`<pet-name>${'x'.repeat(21)}</pet-name>`, ['body /name range']],
    [`${NAME}<photos><url>0123456789abc</url></photos>`, ['body /photos/0 range']],
    [`${NAME}<photos><url/><url/><url/><url/></photos>`, ['body /photos range']],
    [`${NAME}<tag><label>a</label></tag><tag/>`, ['body /tag/1/label required']],
    [`${NAME}<isAdmin>true</isAdmin>`, ['body /isAdmin unknown-field']],
    [`${NAME}<weight>1</weight><weight>2</weight>`, ['body /weight repeated']],
    [`${NAME}<tag><label>a</label><label>b</label></tag>`, ['body /tag/0/label repeated']],
    [`${NAME}<weight><sub>1</sub></weight>`, ['body /weight type']],
  ])('%j: %j', (inside, expected) => {
    expect(pet(inside)).toEqual(expected);
  });

  it('has attributes with types, and none that the document does not know', () => {
    expect(pet(NAME, 'id="0"')).toEqual(['body /id range']);
    expect(pet(NAME, 'id="x"')).toEqual(['body /id type']);
    expect(pet(NAME, '')).toEqual(['body /id required']);
    expect(pet(NAME, 'id="1" role="admin"')).toEqual(['body /@role unknown-field']);
  });

  it('begins with the element of the document', () => {
    expect(contract.post('/pets', '<user id="1"><pet-name>x</pet-name></user>', xml)).toEqual(['body  format']);
  });

  it('may be a list', () => {
    const text = (count: number): string => `<pets>${'<pet id="1"><pet-name>x</pet-name></pet>'.repeat(count)}</pets>`;
    const type = { 'content-type': 'text/xml' };
    expect(contract.post('/batch', text(2), type)).toEqual([]);
    expect(contract.post('/batch', text(3), type)).toEqual(['body  range']);
    expect(contract.post('/batch', '<pets><pet id="1"/></pets>', type)).toEqual(['body /0/name required']);
  });

  it('shows fields that only the server sets', () => {
    const body = '<pet id="1"><pet-name>x</pet-name><tag><label>a</label><rank>9</rank></tag></pet>';
    expect(contract.serverFields('POST', '/pets', body, xml)).toEqual(['/tag/0/rank read-only']);
  });

  it('is looked at in answers, however deep it is', () => {
    const answer = (text: string): string[] => contract.answer('POST', '/pets', 200, text, 'application/xml');
    expect(answer('<pet id="1"><pet-name>x</pet-name></pet>')).toEqual([]);
    expect(answer('<pet id="a"><pet-name>x</pet-name></pet>')).toEqual(['body /id type']);
    expect(answer('<pet id="1">')).toEqual(['body  format']);
    expect(answer('<a>'.repeat(5_000) + '</a>'.repeat(5_000))).toEqual(['body  format']);
  });
});

const FORMS = `
openapi: 3.1.0
info: { title: Forms, version: "1" }
paths:
  /profile:
    post:
      requestBody:
        content:
          multipart/form-data:
            schema:
              type: object
              required: [meta, photo]
              additionalProperties: false
              properties:
                meta: { $ref: "#/components/schemas/Meta" }
                history: { type: array, maxItems: 2, items: { $ref: "#/components/schemas/Meta" } }
                age: { type: integer }
                photo: { type: string, format: binary }
                data: { $ref: "#/components/schemas/Meta" }
                ids: { type: array, items: { type: integer } }
            encoding:
              photo: { contentType: "image/png, image/jpeg" }
              data: { contentType: application/xml }
              ids: { style: form, explode: false }
          application/x-www-form-urlencoded:
            schema:
              type: object
              properties:
                meta: { $ref: "#/components/schemas/Meta" }
                ids: { type: array, items: { type: integer } }
                pipes: { type: array, items: { type: integer } }
                filter: { type: object, properties: { age: { type: integer } } }
                many: { type: array, items: { type: integer } }
            encoding:
              meta: { contentType: application/json }
              ids: { style: form, explode: false }
              pipes: { style: pipeDelimited, explode: false }
              filter: { style: deepObject, explode: true }
      responses: {}
components:
  schemas:
    Meta: { type: object, required: [title], properties: { title: { type: string, maxLength: 5 }, size: { type: integer } } }
`;

type Part = readonly [name: string, content: string, type?: string, fileName?: string];

describe('a multipart body', () => {
  const contract = held(FORMS);
  const post = (...parts: readonly Part[]): string[] => {
    const lines = parts.flatMap(([name, content, type, fileName]) => [
      '--b',
      `Content-Disposition: form-data; name="${name}"${fileName === undefined ? '' : `; filename="${fileName}"`}`,
      ...(type === undefined ? [] : [`Content-Type: ${type}`]),
      '',
      content,
    ]);
    const body = `${lines.join('\r\n')}\r\n--b--\r\n`;
    return contract.post('/profile', body, { 'content-type': 'multipart/form-data; boundary=b' });
  };
  const META: Part = ['meta', '{"title":"a","size":1}', 'application/json'];
  const PHOTO: Part = ['photo', '\x89PNG', 'image/png', 'a.png'];

  it('has JSON parts that are held to their schema, whether they say what they are or not', () => {
    expect(post(META, PHOTO, ['age', '7'])).toEqual([]);
    expect(post(['meta', '{"title":"too long"}', 'application/json'], PHOTO)).toEqual(['body /meta/title range']);
    expect(post(['meta', '{"title":"too long"}'], PHOTO)).toEqual(['body /meta/title range']);
    expect(post(['meta', '{"size":"x","title":"a"}', 'application/json', 'blob'], PHOTO)).toEqual([
      'body /meta/size type',
    ]);
    expect(post(['meta', '{"title":"a","admin":true}', 'application/json'], PHOTO)).toEqual([
      'body /meta/admin unknown-field',
    ]);
  });

  it('has lists of JSON parts, or one part with a list', () => {
    const one: Part = ['history', '{"title":"a"}', 'application/json'];
    expect(post(META, PHOTO, one, one)).toEqual([]);
    expect(post(META, PHOTO, one, one, one)).toEqual(['body /history range']);
    expect(post(META, PHOTO, ['history', '[{"title":"a"},{"size":1}]', 'application/json'])).toEqual([
      'body /history/1/title required',
    ]);
  });

  it('has files of the content types of the document', () => {
    expect(post(META, ['photo', '<svg/>', 'image/svg+xml', 'a.svg'])).toEqual(['body /photo content-type']);
    expect(post(META)).toEqual(['body /photo required']);
  });

  it('has parts of XML and lists in one text', () => {
    expect(post(META, PHOTO, ['data', '<m><title>a</title></m>', 'application/xml'])).toEqual([]);
    expect(post(META, PHOTO, ['data', '<m><size>a</size></m>', 'application/xml'])).toEqual([
      'body /data/title required',
      'body /data/size type',
    ]);
    expect(post(META, PHOTO, ['ids', '1,2,3'])).toEqual([]);
    expect(post(META, PHOTO, ['ids', '1,x'])).toEqual(['body /ids/1 type']);
  });

  it('has scalars once', () => {
    expect(post(META, PHOTO, ['age', '1'], ['age', '2'])).toContain('body /age repeated');
    expect(post(META, PHOTO, ['age', 'old'])).toEqual(['body /age type']);
  });
});

describe('an urlencoded body', () => {
  const contract = held(FORMS);
  const post = (pairs: Readonly<Record<string, string>>): string[] =>
    contract.post('/profile', new URLSearchParams(pairs).toString(), {
      'content-type': 'application/x-www-form-urlencoded',
    });

  it.each([
    [{ meta: '{"title":"a"}' }, []],
    [{ meta: '{"title":"too long"}' }, ['body /meta/title range']],
    [{ meta: 'title' }, ['body /meta format']],
    [{ ids: '1,2,3' }, []],
    [{ ids: '1,two' }, ['body /ids/1 type']],
    [{ pipes: '1|2' }, []],
    [{ pipes: '1|b' }, ['body /pipes/1 type']],
    [{ 'filter[age]': '7' }, []],
    [{ 'filter[age]': 'old' }, ['body /filter/age type']],
    [{ many: '7' }, []],
    [{ many: 'x' }, ['body /many/0 type']],
    [{ other: 'x' }, ['body /other unknown-field']],
  ] as [Record<string, string>, string[]][])('%j: %j', (pairs, expected) => {
    expect(post(pairs)).toEqual(expected);
  });

  it('of Swagger 2 has lists by their collection format', () => {
    const swagger = held(`
swagger: "2.0"
info: { title: Old, version: "1" }
paths:
  /old:
    post:
      consumes: [application/x-www-form-urlencoded]
      parameters:
        - { name: plain, in: formData, type: array, items: { type: integer } }
        - { name: tabs, in: formData, type: array, collectionFormat: tsv, items: { type: integer } }
        - { name: many, in: formData, type: array, collectionFormat: multi, items: { type: integer } }
      responses: {}
`);
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect(swagger.post('/old', 'plain=1,2&tabs=1%092&many=1&many=2', form)).toEqual([]);
    expect(swagger.post('/old', 'plain=1,b&tabs=a%092&many=1&many=c', form)).toEqual([
      'body /plain/1 type',
      'body /tabs/0 type',
      'body /many/1 type',
    ]);
  });
});
