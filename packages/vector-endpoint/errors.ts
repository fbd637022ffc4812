/**
 * An answer other than 200. `message` is the text of `status.error` in the body, worded as Qdrant words it:
 * a client that reads the text (some do) sees the same prefix from both servers.
 */
export class AnswerError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
  ) {
    super(message);
    this.name = 'AnswerError';
  }
}

/** 400: the request is well formed but does not fit the collection (dimension, vector name, missing index). */
export const wrongInput = (description: string) => new AnswerError(400, `Wrong input: ${description}`);

/** 400: the parts of the request contradict each other. */
export const badRequest = (description: string) => new AnswerError(400, `Bad request: ${description}`);

/** 400: the body is JSON, or should be, but not of the shape this route takes. */
export const malformedBody = (description: string) => new AnswerError(400, `Format error in JSON body: ${description}`);

/** 400: a query-string parameter that cannot be read. */
export const malformedParameter = (description: string) =>
  new AnswerError(400, `Deserialize error in query parameters: ${description}`);

/** 404: no such collection, alias or point. */
export const notFound = (description: string) => new AnswerError(404, `Not found: ${description}`);

/** 409: the name is taken. */
export const alreadyExists = (description: string) => new AnswerError(409, `Wrong input: ${description}`);

/**
 * 422: the right shape, a forbidden value.
 *
 * @param field path of the value, such as `points[0].vector.vector`
 * @param description what is wrong with it
 * @param place which part of the request it stands in
 */
export const invalidValue = (field: string, description: string, place = 'JSON body') =>
  new AnswerError(422, `Validation error in ${place}: [${field}: ${description}]`);

/** 501: Qdrant can do it, this endpoint cannot. Never answered by a real Qdrant. */
export const unsupported = (what: string) =>
  new AnswerError(501, `Not supported by the local vector endpoint: ${what}. Set QDRANT_URL to use a real Qdrant.`);
