import { PipelineError, type PipelineErrorOptions } from '../problems/problem';

/** A fault of a whole file that no retry mends. */
export function sourceFault(
  code: 'SOURCE_GZIP_BROKEN' | 'SOURCE_ENCODING_INVALID' | 'SOURCE_ENCODING_CONTRADICTED' | 'CSV_EMPTY_FILE',
  message: string,
  options: PipelineErrorOptions,
): PipelineError {
  return new PipelineError(code, message, options);
}
