import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileExporters } from '../../../functions/telemetry/fileExporters';
import { startSdk } from '../../../functions/telemetry/startSdk';
import { PipelineError } from '../../../lib/problems/problem';
import { readTrace } from '../../../lib/telemetry/readTrace';
import { inRunSpan, recordRunSpan } from '../../../lib/telemetry/runSpans';
import { inSpan } from '../../../lib/telemetry/spans';
import { runTrace } from '../../../lib/telemetry/traceIds';
import { createTraceStore } from '../../../lib/telemetry/traceStore';

let folder: string;
beforeEach(() => (folder = path.join(mkdtempSync(path.join(tmpdir(), 'traces-')), 'traces')));
afterEach(() => rmSync(path.dirname(folder), { recursive: true, force: true }));

type Limits = Parameters<typeof fileExporters>[1];

async function traceRuns(runIds: string[], limits?: Limits): Promise<void> {
  const options = { samplingRatio: 1, warn: () => undefined };
  for (const runId of runIds) {
    const sdk = startSdk(limits ? fileExporters({ folder }, limits) : fileExporters({ folder }), options);
    const startedAt = new Date();
    await inRunSpan(runId, { name: 'step', attributes: { 'pipeline.task': 3, share: 0.5 } }, undefined, () =>
      inSpan({ name: 'call' }, () => Promise.reject(new PipelineError('DISK_FULL', 'why'))).catch(() => undefined),
    );
    recordRunSpan(runId, { startedAt, attributes: {} });
    await sdk.stop();
  }
}
const idOf = (runId: string) => runTrace(runId).traceId;

it('a trace is read as it was written, also when its file ends in half a line', async () => {
  await traceRuns(['run-1', 'run-2']);
  appendFileSync(path.join(folder, `${idOf('run-1')}.jsonl`), '{"resourceSpans":[{"sco');
  const trace = await readTrace(folder, idOf('run-1'));
  expect(trace).toMatchObject({ id: idOf('run-1'), omitted: 0 });
  const byName = new Map(trace?.spans.map((span) => [span.name, span]));
  expect([...byName.keys()].sort()).toEqual(['call', 'ingest', 'step']);
  expect(byName.get('ingest')).toMatchObject({ id: runTrace('run-1').spanId, parentId: null, error: null });
  expect(byName.get('step')).toMatchObject({
    parentId: runTrace('run-1').spanId,
    attributes: { 'pipeline.task': 3, share: 0.5 },
  });
  expect(byName.get('call')).toMatchObject({ parentId: byName.get('step')?.id, error: 'DISK_FULL' });
  expect(trace?.spans[0]?.startSeconds).toBe(0);
  for (const name of readdirSync(folder)) expect(statSync(path.join(folder, name)).mode & 0o777).toBe(0o600);
});

it('of very many spans the longest are read, with what they are in', async () => {
  await traceRuns(['run-1']);
  const trace = await readTrace(folder, idOf('run-1'), 2);
  // The start of the run is a time of another clock, so that their order may differ.
  expect(trace?.spans.map(({ name }) => name).sort()).toEqual(['ingest', 'step']);
  expect(trace?.omitted).toBe(1);
});

it('the oldest traces are removed for a new one, and a trace that is too long is not continued', async () => {
  const limits = { bytes: 1_000_000, bytesOfTrace: 10_000, traces: 2 };
  await traceRuns(['run-1'], limits);
  await traceRuns(['run-2', 'run-3'], limits);
  expect(readdirSync(folder).sort()).toEqual([idOf('run-2'), idOf('run-3')].map((id) => `${id}.jsonl`).sort());
  const before = statSync(path.join(folder, `${idOf('run-3')}.jsonl`)).size;
  await traceRuns(['run-3'], { ...limits, bytesOfTrace: before + 10 });
  expect(statSync(path.join(folder, `${idOf('run-3')}.jsonl`)).size).toBe(before);
});

it('says where traces are that are not here', async () => {
  await expect(createTraceStore({ folder }).read(idOf('run-9'))).rejects.toMatchObject({ code: 'TRACE_NOT_FOUND' });
  await expect(createTraceStore({ kind: 'none' }).read(idOf('run-9'))).rejects.toMatchObject({
    code: 'TRACE_ELSEWHERE',
    remedy: expect.stringContaining('--trace') as string,
  });
  await expect(createTraceStore({ kind: 'azure-monitor' }).read(idOf('run-9'))).rejects.toMatchObject({
    found: 'TELEMETRY_EXPORTER is azure-monitor',
    remedy: expect.stringContaining(idOf('run-9')) as string,
  });
});
