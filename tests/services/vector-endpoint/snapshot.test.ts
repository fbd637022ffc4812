import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { compileVectorEndpoint, run, type RunningProcess } from '../../support/vector-endpoint/runningEndpoint';

/** A snapshot is written after 16,384 changes of points. */
const batchCount = 21;
const pointsPerBatch = 1000;

describe('a vector endpoint that is killed while it writes a snapshot', () => {
  const compiled = compileVectorEndpoint();
  const data = mkdtempSync(join(tmpdir(), 'killed-'));
  let endpoint: RunningProcess;
  let url: string;

  const start = async (): Promise<void> => {
    endpoint = run(compiled.mainFile, ['--port', '0', '--data', data]);
    [, url = ''] = await endpoint.prints(/listening on (\S+)/);
  };

  const kill = async (): Promise<void> => {
    endpoint.process.kill('SIGKILL');
    await endpoint.ended;
  };

  const send = async <Result>(method: string, path: string, body: object): Promise<Result> => {
    const response = await fetch(`${url}/collections/c${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.json()) as { result: Result; status: unknown };
    expect(answer.status).toBe('ok');
    return answer.result;
  };

  afterAll(async () => {
    await kill();
    compiled.remove();
    rmSync(data, { recursive: true, force: true });
  });

  const upsert = (from: number, round: number): Promise<unknown> =>
    send('PUT', '/points?wait=true', {
      points: Array.from({ length: pointsPerBatch }, (_, index) => ({
        id: from + index,
        vector: [round, from + index],
        payload: { round, text: 'x'.repeat(200) },
      })),
    });

  const countOf = async (round: number): Promise<number> => {
    const filter = { must: [{ key: 'round', match: { value: round } }] };
    return (await send<{ count: number }>('POST', '/points/count', { filter })).count;
  };

  it('has every acknowledged change after each restart', async () => {
    await start();
    await send('PUT', '', { vectors: { size: 2, distance: 'Dot' } });
    await send('PUT', '/index?wait=true', { field_name: 'round', field_schema: 'integer' });
    const [folder = ''] = readdirSync(join(data, 'collections'));
    const files = () => readdirSync(join(data, 'collections', folder));
    for (let round = 1; round <= 4; round++) {
      for (let batch = 0; batch < batchCount; batch++) {
        await upsert(batch * pointsPerBatch, round);
      }
      // Different moments of the snapshot: in its first segment, in its second, and after it.
      await wait([0, 15, 40, 200][round - 1]);
      await kill();
      await start();
      expect(await countOf(round)).toBe(batchCount * pointsPerBatch);
      const [point] = await send<{ vector: number[] }[]>('POST', '/points', { ids: [17_123], with_vector: true });
      expect(point?.vector).toEqual([round, 17_123]);
    }
    // The last start began with a long log, or with a snapshot.
    while (!files().includes('snapshot.json')) {
      await upsert(0, 4);
    }
    await kill();
    await start();
    expect(await countOf(4)).toBe(batchCount * pointsPerBatch);
    expect(existsSync(join(data, 'collections', folder, 'snapshot.json'))).toBe(true);
  }, 120_000);
});
