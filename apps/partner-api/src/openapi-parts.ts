/** A body of JSON. */
export const json = (schema: object) => ({ content: { 'application/json': { schema } } });

const errorBody = {
  type: 'object',
  required: ['id', 'message'],
  properties: { id: { type: 'string' }, message: { type: 'string' }, request_id: { type: 'string' } },
};

/** Answers by status, each with what it means; those from 400 on are errors of ours. */
export const answers = (codes: Record<string, string>) =>
  Object.fromEntries(
    Object.entries(codes).map(([code, description]) => [code, Number(code) >= 400 ? { description, ...json(errorBody) } : { description }]),
  );

export const pathParameter = (name: string, description: string) => ({
  name,
  in: 'path',
  required: true,
  description,
  schema: { type: 'string' },
});

/** The capability token. */
export const token = pathParameter('token', 'the secret end of DOCKHERO_CONFIG_URL');
