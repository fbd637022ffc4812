import { diskFullLine } from '../problems/diskFull';
import { diskFullError } from '../problems/diskFullError';
import { PipelineError } from '../problems/problem';

/** Error of the client for an unsuccessful answer. Connection failures and time-outs have no status. */
interface ClientError {
  message: string;
  status?: number;
  data?: { status?: { error?: string } };
  cause?: unknown;
}

export function isAbsent(error: unknown): boolean {
  return statusOf(error) === 404;
}

/** Distinguishes an index out of reach (a retry may help) from a refused request (a retry does not help). */
export function toVectorsError(error: unknown, action: string, url: string): PipelineError {
  if (error instanceof PipelineError) return error;
  // TypeErrors of fetch have a cause; any other TypeError is a fault of this program and must look like one.
  if (error instanceof TypeError && error.cause === undefined) throw error;
  const status = statusOf(error);
  const found = reasonOf(error);
  const full = status === undefined ? undefined : diskFullLine(found);
  if (full !== undefined) return diskFullError('The disk of the vector index', { found: full, cause: error });
  if (status === undefined || status === 408 || status === 429 || status >= 500) {
    return new PipelineError('VECTORS_UNAVAILABLE', `The vector index cannot ${action} now.`, {
      found: status === undefined ? found : `HTTP ${status}: ${found}`,
      expected: `Qdrant's REST API at ${url}`,
      where: { setting: 'QDRANT_URL' },
      remedy: 'Check that Qdrant runs and is reachable; the same call may be repeated.',
      cause: error,
    });
  }
  const denied = status === 401 || status === 403;
  return new PipelineError('VECTORS_REJECTED', `The vector index refused to ${action}.`, {
    found: `HTTP ${status}: ${found}`,
    where: { setting: denied ? 'QDRANT_API_KEY' : 'QDRANT_URL' },
    remedy: denied
      ? 'Set QDRANT_API_KEY to a key that may read and write.'
      : status === 404
        ? 'The collection does not exist: run an ingest, which creates it.'
        : 'The request is wrong, so repeating it does not help.',
    cause: error,
  });
}

function statusOf(error: unknown): number | undefined {
  const status = (error as ClientError | undefined)?.status;
  if (typeof status === 'number') return status;
  // A 429 with Retry-After has its own error class, without a status.
  return typeof error === 'object' && error !== null && 'retry_after' in error ? 429 : undefined;
}

function reasonOf(error: unknown): string {
  const { data, message, cause } = error as ClientError;
  const detail = data?.status?.error;
  if (detail !== undefined) return detail;
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}
