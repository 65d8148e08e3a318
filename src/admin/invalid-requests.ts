// What a refused request is told: which parameter, and what it may be. A parameter that nobody knows is refused: a filter that is
// misspelt would list everything.
import type { FastifyInstance, FastifyRequest } from 'fastify';

interface Fault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string | undefined;
}

/** `severity` of the query is one of: low, high. */
export function faultOf(faults: readonly Fault[], where: string): Error {
  const fault = faults[0];
  if (fault === undefined) return new Error(`${where} is invalid`);
  const allowed = fault.keyword === 'enum' ? fault.params['allowedValues'] : undefined;
  const said = Array.isArray(allowed) ? `is one of: ${allowed.join(', ')}` : (fault.message ?? 'is invalid');
  return new Error(`${where}${fault.instancePath} ${said}`);
}

export function refuseUnknownParameters(app: FastifyInstance): void {
  app.addHook('preValidation', async (request, reply) => {
    const known = parametersOf(request);
    if (known === undefined) return undefined;
    const unknown = Object.keys(request.query as object).find((name) => !known.includes(name));
    if (unknown === undefined) return undefined;
    return reply
      .code(400)
      .send({ title: 'Unknown parameter', status: 400, detail: `\`${unknown}\` is none of: ${known.join(', ')}` });
  });
}

/** Undefined where any are taken. */
function parametersOf({ routeOptions }: FastifyRequest): readonly string[] | undefined {
  const schema = routeOptions.schema?.querystring as
    | { readonly additionalProperties?: boolean; readonly properties?: object }
    | undefined;
  return schema?.additionalProperties === false ? Object.keys(schema.properties ?? {}) : undefined;
}
