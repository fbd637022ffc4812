import { PipelineError } from '../problems/problem';
import { readTrace, type Trace } from './readTrace';

/** Where the traces of this app can be read. */
export interface TraceStore {
  /** TRACE_ELSEWHERE where they are not kept on this machine; TRACE_NOT_FOUND for one that is not, or no longer, kept. */
  read(traceId: string): Promise<Trace>;
}

/** @param exporter `folder` where they are kept in files, else the value of TELEMETRY_EXPORTER */
export function createTraceStore(exporter: { folder: string } | { kind: string }): TraceStore {
  if ('folder' in exporter) {
    return {
      read: async (traceId) => {
        const trace = await readTrace(exporter.folder, traceId);
        if (trace) return trace;
        throw new PipelineError('TRACE_NOT_FOUND', 'The trace of this run is not kept.', {
          found: `no spans of the trace ${traceId}`,
          remedy:
            'Spans are written within some seconds: try again soon. Runs from before the start with --trace have none, and the oldest traces are removed.',
        });
      },
    };
  }
  const { kind } = exporter;
  return {
    read: async (traceId) => {
      const isOff = kind === 'none';
      throw new PipelineError('TRACE_ELSEWHERE', 'The app keeps no traces where it runs.', {
        found: isOff ? 'TELEMETRY_EXPORTER is none' : `TELEMETRY_EXPORTER is ${kind}`,
        remedy: isOff
          ? 'Start the local platform with `npm start -- --trace`, or set TELEMETRY_EXPORTER.'
          : `Look there for the trace ${traceId}.`,
      });
    },
  };
}
