import fs from 'node:fs';
import path from 'node:path';
import { compileHost } from '../../support/functions-host/compiledHost';
import { manage, readStatus, startOrchestration, waitUntilEnded } from '../../support/functions-host/durableHttp';
import { eventually, startHostProcess, type HostProcess } from '../../support/functions-host/hostProcess';
import { temporaryFolder } from '../../support/functions-host/temporaryFolder';
import { GATE_DECISION } from '../../../orchestrators/ingest';
import { buildStubApp } from '../../support/orchestration/stubApp';

// The real orchestrators on the real local host. Only the activities are stubs, which record their calls.
const compiled = compileHost();
const stubs = buildStubApp();
const folder = temporaryFolder();
const options = {
  main: compiled.main,
  appFolder: stubs.appFolder,
  dataFolder: path.join(folder, 'data'),
  environment: { STUB_FOLDER: folder },
};
let host: HostProcess;
beforeAll(async () => {
  host = await startHostProcess(options);
});
afterAll(async () => {
  await host?.stop();
  stubs.remove();
  compiled.remove();
});

const DATE = '2026-01-01';
const idOf = (dataset: string): string => `ingest-${dataset}-${DATE}`;
const say = (file: string, text: string): void => fs.writeFileSync(path.join(folder, file), text);
const calls = (dataset: string): string[] => {
  const file = path.join(folder, `${dataset}.calls`);
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8').trim().split('\n') : [];
};
const callsAfterGate = (dataset: string): string[] =>
  calls(dataset).slice(calls(dataset).lastIndexOf('evaluateRun') + 1);
const start = (dataset: string): Promise<string> =>
  startOrchestration(host.origin, 'ingest', { dataset, date: DATE }, idOf(dataset));
const wake = async (dataset: string): Promise<void> => {
  const response = await manage(host.origin, 'POST', `instances/${idOf(dataset)}/raiseEvent/${GATE_DECISION}`, '{}');
  expect(response.status).toBe(202);
};
/** Waits until the run waits at its gate: it handles an event and continues to wait. */
async function reachGate(dataset: string): Promise<void> {
  await eventually(() => (calls(dataset).includes('evaluateRun') ? true : undefined));
  const callsBefore = callsAfterGate(dataset).length;
  await wake(dataset);
  await eventually(() => (callsAfterGate(dataset).length > callsBefore ? true : undefined));
}
async function restart(): Promise<void> {
  await host.stop('SIGKILL');
  host = await startHostProcess(options);
}

const DOWNSTREAM = [
  'commitRun',
  'loadDocuments',
  'removeStaleDocuments',
  'embedDocuments',
  'removeStaleVectors',
  'reconcileRun',
];
const downstream = (dataset: string): string[] => calls(dataset).filter((name) => DOWNSTREAM.includes(name));

describe('a run whose gate has closed', () => {
  it('runs no downstream activity while it waits, also after an event without a decision, and continues when approved', async () => {
    const id = await start('approved');
    await reachGate('approved');
    await reachGate('approved');
    expect(callsAfterGate('approved')).toEqual(['resolveGate', 'resolveGate']);
    expect((await readStatus(host.origin, id)).runtimeStatus).toBe('Running');

    say('approved.decision', 'approve');
    await wake('approved');
    expect((await waitUntilEnded(host.origin, id)).runtimeStatus).toBe('Completed');
    expect([...downstream('approved')].sort()).toEqual([...DOWNSTREAM].sort());
    expect(calls('approved').filter((name) => name === 'evaluateRun')).toHaveLength(1);
  });

  it('runs none after a rejection, and fails', async () => {
    const id = await start('rejected');
    await reachGate('rejected');
    say('rejected.decision', 'reject');
    await wake('rejected');
    const status = await waitUntilEnded(host.origin, id);
    expect(status.runtimeStatus).toBe('Failed');
    expect(status.output).toContain('QUALITY_GATE_REJECTED: by decision');
    expect(downstream('rejected')).toEqual([]);
    expect(callsAfterGate('rejected')).toEqual(['resolveGate', 'resolveGate', 'discardRun', 'concludeRun']);
  });

  it('is rejected after its deadline', async () => {
    say('late.wait', '200');
    const id = await start('late');
    const status = await waitUntilEnded(host.origin, id);
    expect(status.output).toContain('QUALITY_GATE_REJECTED: by time-out');
    expect(callsAfterGate('late')).toEqual(['resolveGate', 'discardRun', 'concludeRun']);
  });

  it('accepts a decision that was made before it began to wait', async () => {
    const id = await start('held');
    await eventually(() => (calls('held').includes('evaluateRun') ? true : undefined));
    say('held.decision', 'approve');
    await wake('held');
    say('held.evaluate', 'now');
    expect((await waitUntilEnded(host.origin, id)).runtimeStatus).toBe('Completed');
    expect(calls('held').filter((name) => name === 'resolveGate')).toHaveLength(1);
  });
});

describe('a host that is killed while a run waits', () => {
  it('finds it waiting, does not evaluate it again, and accepts the decision', async () => {
    const id = await start('survivor');
    await reachGate('survivor');
    await restart();
    await reachGate('survivor');
    expect((await readStatus(host.origin, id)).runtimeStatus).toBe('Running');
    expect(downstream('survivor')).toEqual([]);
    say('survivor.decision', 'approve');
    await wake('survivor');
    expect((await waitUntilEnded(host.origin, id)).runtimeStatus).toBe('Completed');
    expect(calls('survivor').filter((name) => name === 'evaluateRun')).toHaveLength(1);
  });

  it('keeps a decision that it had accepted', async () => {
    const id = await start('accepted');
    await reachGate('accepted');
    say('accepted.decision', 'reject');
    await wake('accepted');
    await restart();
    expect((await waitUntilEnded(host.origin, id)).output).toContain('QUALITY_GATE_REJECTED');
    expect(downstream('accepted')).toEqual([]);
  });

  it('keeps the deadline: the run is rejected if it passed meanwhile', async () => {
    say('meanwhile.wait', '1500');
    const id = await start('meanwhile');
    await reachGate('meanwhile');
    const atGate = Date.now();
    await host.stop('SIGKILL');
    await eventually(() => (Date.now() > atGate + 1500 ? true : undefined));
    host = await startHostProcess(options);
    expect((await waitUntilEnded(host.origin, id)).output).toContain('by time-out');
    expect(downstream('meanwhile')).toEqual([]);
  });
});
