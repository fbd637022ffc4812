/**
 * Names of attributes: those of OpenTelemetry's semantic conventions (1.40) where they have one, else our own, which begin with
 * `pipeline.`. Values are names of ours, counts and codes; never a value of a document, a question, a statement or a key.
 */
export const DB_SYSTEM = 'db.system.name';
export const DB_OPERATION = 'db.operation.name';
export const DB_COLLECTION = 'db.collection.name';
export const DB_RETURNED_ROWS = 'db.response.returned_rows';
export const GEN_AI_OPERATION = 'gen_ai.operation.name';
export const GEN_AI_PROVIDER = 'gen_ai.provider.name';
export const GEN_AI_MODEL = 'gen_ai.request.model';
export const GEN_AI_INPUT_TOKENS = 'gen_ai.usage.input_tokens';
export const GEN_AI_OUTPUT_TOKENS = 'gen_ai.usage.output_tokens';
export const GEN_AI_TOKEN_TYPE = 'gen_ai.token.type';
export const SERVER_ADDRESS = 'server.address';
const SERVER_PORT = 'server.port';
export const ERROR_TYPE = 'error.type';

export const RUN_ID = 'pipeline.run_id';
export const DATASET = 'pipeline.dataset';
export const DATE = 'pipeline.date';
export const STEP = 'pipeline.step';
export const TASK = 'pipeline.task';
export const CONTAINER = 'pipeline.storage.container';
export const STORAGE_OPERATION = 'pipeline.storage.operation';
export const BYTES = 'pipeline.bytes';
export const TEXTS = 'pipeline.texts';
export const POINTS = 'pipeline.points';
export const PASSAGES = 'pipeline.passages';
export const CITATIONS = 'pipeline.citations';
/** Of chunks: `embedded` now, or `reused` from the index. */
export const OUTCOME = 'pipeline.outcome';
/** Of bytes in storage: `read` or `write`. */
export const DIRECTION = 'pipeline.direction';

export type Attributes = Record<string, string | number | boolean | undefined>;

/** Where a service is, from its address; nothing when the address is not known here. */
export function serverOf(url: string | undefined): Attributes {
  if (url === undefined || !URL.canParse(url)) return {};
  const { hostname, port, protocol } = new URL(url);
  const standard: Record<string, number> = { 'https:': 443, 'http:': 80, 'postgres:': 5432, 'postgresql:': 5432 };
  return { [SERVER_ADDRESS]: hostname, [SERVER_PORT]: port === '' ? standard[protocol] : Number(port) };
}
