/**
 * An answer other than 200. `message` is the text of `status.error` in the body, in the words of Qdrant:
 * a client that reads the text (some do) gets the same prefix from both servers.
 */
export class AnswerError extends Error {
  constructor(
    readonly statusCode: number,
    message: string,
    /** True when the request is wrong by itself, whatever is stored. */
    readonly isAboutForm = false,
  ) {
    super(message);
    this.name = 'AnswerError';
  }
}

/** 400: the request is well formed but does not fit the collection (dimension, vector name, missing index). */
export const wrongInput = (description: string) => new AnswerError(400, `Wrong input: ${description}`);

/** 400: the parts of the request contradict each other. */
export const badRequest = (description: string) => new AnswerError(400, `Bad request: ${description}`);

/** 400: the body is not JSON, or does not have the structure that this route needs. */
export const malformedBody = (description: string) =>
  new AnswerError(400, `Format error in JSON body: ${description}`, true);

/** 400: a query-string parameter that cannot be read. */
export const malformedParameter = (description: string) =>
  new AnswerError(400, `Deserialize error in query parameters: ${description}`);

/** 404: the collection, alias or point does not exist. */
export const notFound = (description: string) => new AnswerError(404, `Not found: ${description}`);

/** 409: the name is already used. */
export const alreadyExists = (description: string) => new AnswerError(409, `Wrong input: ${description}`);

/**
 * 422: the structure is right, but a value is not allowed.
 *
 * @param field path of the value, such as `points[0].vector.vector`
 * @param description what is wrong with it
 * @param place the part of the request that contains it
 */
export const invalidValue = (field: string, description: string, place = 'JSON body') =>
  new AnswerError(422, `Validation error in ${place}: [${field}: ${description}]`, true);

/** 501: Qdrant supports it, this endpoint does not. A real Qdrant never sends this. */
export const unsupported = (what: string) =>
  new AnswerError(
    501,
    `Not supported by the local vector endpoint: ${what}. Set QDRANT_URL to use a real Qdrant.`,
    true,
  );
