/** An answer in the shape Heroku's API uses and its CLI prints: `{ id, message, resource? }`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly id: string,
    message: string,
    readonly resource?: string,
  ) {
    super(message);
  }

  body(): { id: string; message: string; resource?: string } {
    return { id: this.id, message: this.message, ...(this.resource === undefined ? {} : { resource: this.resource }) };
  }
}

/** The CLI's resolvers look at `resource` to decide whether to try elsewhere. */
export function notFound(resource: 'app' | 'add_on' | 'add_on attachment' | 'plan' | 'add_on service' | 'webhook' | 'release'): ApiError {
  return new ApiError(404, 'not_found', `Couldn't find that ${resource}.`, resource);
}

export function invalidParams(message: string): ApiError {
  return new ApiError(422, 'invalid_params', message);
}

export function unauthorized(message = 'Invalid credentials provided.'): ApiError {
  return new ApiError(401, 'unauthorized', message);
}

export function forbidden(message = 'You do not have access to this resource.'): ApiError {
  return new ApiError(403, 'forbidden', message);
}
