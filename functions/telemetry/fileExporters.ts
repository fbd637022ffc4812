import { appendFile, mkdir, readdir, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { JsonTraceSerializer } from '@opentelemetry/otlp-transformer';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { traceFile } from '../../lib/telemetry/traceFile';
import type { Exporters } from './exporters';

export interface TraceFileLimits {
  /** Of one trace; what comes after is not kept. About 30,000 spans. */
  bytesOfTrace: number;
  /** Of all; the traces that were written to the longest ago go first. */
  bytes: number;
  traces: number;
}

const LIMITS: TraceFileLimits = { bytesOfTrace: 16 * 1024 * 1024, bytes: 256 * 1024 * 1024, traces: 1000 };

/** To files of this machine, one for each trace, which only their owner may read. Metrics are not kept. */
export function fileExporters({ folder }: { folder: string }, limits = LIMITS): Exporters {
  let last: Promise<void> = Promise.resolve();
  const spans: SpanExporter = {
    export: (batch, done) => {
      last = last
        .then(() => write(folder, batch, limits))
        .then(
          () => done({ code: 0 }),
          (error: unknown) => done({ code: 1, error: error instanceof Error ? error : new Error(String(error)) }),
        );
    },
    forceFlush: () => last,
    shutdown: () => last,
  };
  return { spans };
}

async function write(folder: string, batch: ReadableSpan[], limits: TraceFileLimits): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const byTrace = new Map<string, ReadableSpan[]>();
  for (const span of batch) {
    const { traceId } = span.spanContext();
    byTrace.set(traceId, [...(byTrace.get(traceId) ?? []), span]);
  }
  for (const [traceId, spans] of byTrace) {
    const file = traceFile(folder, traceId);
    const before = await sizeOf(file);
    if (before === undefined) await removeOldest(folder, limits);
    const line = JsonTraceSerializer.serializeRequest(spans);
    if (!line || (before ?? 0) + line.length > limits.bytesOfTrace) continue;
    await appendFile(file, `${Buffer.from(line).toString('utf8')}\n`, { mode: 0o600 });
  }
}

async function sizeOf(file: string): Promise<number | undefined> {
  try {
    return (await stat(file)).size;
  } catch {
    return undefined;
  }
}

/** Makes room for one more trace of the largest size. */
async function removeOldest(folder: string, { bytes, traces, bytesOfTrace }: TraceFileLimits): Promise<void> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  const files = await Promise.all(
    names.map(async (name) => {
      const file = path.join(folder, name);
      const { size, mtimeMs } = await stat(file);
      return { file, size, mtimeMs };
    }),
  );
  files.sort((one, other) => one.mtimeMs - other.mtimeMs);
  let total = files.reduce((sum, { size }) => sum + size, 0);
  for (let left = files.length; left >= traces || total > bytes - bytesOfTrace; left -= 1) {
    const oldest = files.shift();
    if (!oldest) return;
    await rm(oldest.file, { force: true });
    total -= oldest.size;
  }
}
