import type { Run } from '../../lib/runs/run';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';
import { eventually } from './startCommand';

jest.setTimeout(120_000);

let platform: RunningTestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform?.stop());

describe('the nightly timer', () => {
  it('ingests the day that has ended, for datasets with files for it', async () => {
    const dayBefore = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    const file = 'doc_id,title,author,published_at,category,body\none,A title,Somebody,1900-01-01,,A text.\n';
    await platform.drop('state-of-the-union', dayBefore, 'a.csv', file);
    const fired = await fetch(`${platform.urls.functions}/admin/functions/nightlyIngest?code=${platform.hostKey}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
    });
    expect(fired.status).toBe(202);
    const run = await eventually('the end of the nightly run', async () => {
      const answer = await platform.fetch(`${platform.urls.api}/runs/ingest-state-of-the-union-${dayBefore}`);
      const found = (await answer.json()) as Run;
      return found.status === 'Completed' || found.status === 'Failed' ? found : undefined;
    });
    expect(run).toMatchObject({ status: 'Completed', rows: { source: 1, lake: 1, sql: 1, vectors: 1 } });
    const { runs } = (await (await platform.fetch(`${platform.urls.api}/runs`)).json()) as { runs: Run[] };
    expect(runs.map(({ id }) => id)).toEqual([run.id]);
  });
});
