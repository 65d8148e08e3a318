// A change of policy as it comes over the admin API, wherever it is tried before it is live.

/** As JSON Schema; `purpose` is what becomes of it. */
export function draftSchema<Properties extends object>(purpose: string, properties: Properties) {
  return {
    type: 'object',
    required: ['documents'],
    additionalProperties: false,
    properties: {
      documents: {
        type: 'string',
        minLength: 1,
        maxLength: 900_000,
        description: `Policy documents in YAML; they come on top of the live ones, ${purpose}`,
      },
      ...properties,
    },
  } as const;
}
