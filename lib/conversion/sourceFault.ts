import { PipelineError, type PipelineErrorOptions } from '../problems/problem';

/** A fault of a whole file; a retry does not help. */
export function sourceFault(
  code:
    | 'SOURCE_GZIP_BROKEN'
    | 'SOURCE_TOO_LARGE'
    | 'SOURCE_ENCODING_INVALID'
    | 'SOURCE_ENCODING_CONTRADICTED'
    | 'CSV_EMPTY_FILE',
  message: string,
  options: PipelineErrorOptions,
): PipelineError {
  return new PipelineError(code, message, options);
}
