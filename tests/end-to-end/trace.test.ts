import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { RunTrace, TraceSpan } from '../../lib/api/traces';
import { contractText } from '../support/lake';
import { launchBrowser, withBrowser } from './chromium';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';
import { eventually } from './startCommand';

jest.setTimeout(180_000);

const DATE = '2026-01-01';
const RUN = `ingest-traced-${DATE}`;
const HEADER = 'id,title,n,day,body\n';
const contracts = mkdtempSync(path.join(tmpdir(), 'contracts-'));
writeFileSync(path.join(contracts, 'traced.yaml'), contractText({ dataset: 'traced' }));

let platform: RunningTestPlatform;
let trace: RunTrace;
beforeAll(async () => {
  platform = await startTestPlatform({ CONTRACTS_DIRECTORY: contracts }, '--trace');
  for (const name of ['a', 'b', 'c']) {
    await platform.drop('traced', DATE, `${name}.csv`, `${HEADER}${name},Title,1,2026-01-01,The body of ${name}.\n`);
  }
  await platform.ingest('traced', DATE);
  // Spans are written every two seconds; the first span of the trace is the last to end.
  trace = await eventually('the trace', async () => {
    const response = await platform.fetch(`${platform.urls.api}/runs/${RUN}/trace`);
    const found = response.ok ? ((await response.json()) as RunTrace) : undefined;
    return found?.spans.some(({ parentId }) => parentId === null) ? found : undefined;
  });
});
afterAll(async () => {
  await platform?.stop();
  rmSync(contracts, { recursive: true, force: true });
});

const rowsOf = (spans: TraceSpan[], parentId: string | null) => spans.filter((span) => span.parentId === parentId);

it('a platform that was started with --trace keeps the trace of a run for its owner alone', async () => {
  const [root, ...more] = rowsOf(trace.spans, null);
  expect(more).toEqual([]);
  expect(root).toMatchObject({ name: 'ingest', error: null, attributes: { 'pipeline.rows': 3 } });
  const tasks = rowsOf(trace.spans, root?.id ?? '').filter(({ name }) => name === 'transformRange');
  expect(tasks.map(({ attributes }) => attributes['pipeline.task']).sort()).toEqual([0, 1, 2]);
  const ids = new Set(trace.spans.map(({ id }) => id));
  expect(trace.spans.filter(({ parentId }) => parentId !== null && !ids.has(parentId))).toEqual([]);
  expect(trace.spans.filter(({ error }) => error !== null)).toEqual([]);
  expect(trace.omitted).toBe(0);
  const folder = path.join(platform.dataDirectory, 'traces');
  expect(readdirSync(folder)).toContain(`${trace.id}.jsonl`);
  for (const name of readdirSync(folder)) expect(statSync(path.join(folder, name)).mode & 0o077).toBe(0);
});

withBrowser('the chart of a trace', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 900 } });
    await page.goto(platform.entry);
  });
  afterAll(() => browser?.close());

  const show = async (): Promise<void> => {
    await page.goto(`${platform.urls.web}/runs/${RUN}`);
    await page.getByTestId('trace-button').click();
    await page.getByTestId('trace').waitFor();
  };
  const rows = () => page.getByTestId('trace-row');
  const picture = async (name: string): Promise<void> => {
    const folder = process.env.SCREENSHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true });
  };

  it('draws the steps of the run as bars in time, and opens what is in a step', async () => {
    await show();
    const [root] = rowsOf(trace.spans, null);
    const steps = rowsOf(trace.spans, root?.id ?? '');
    expect(await rows().count()).toBe(1 + steps.length);
    const names = await page.locator('[data-testid=trace-row][data-level="1"] .trace-toggle').allTextContents();
    expect(names).toEqual(expect.arrayContaining(['ensureRun', 'transformRange', 'commitRun', 'embedDocuments']));
    const boxOf = async (index: number) => {
      const box = await page.locator('.trace-bar').nth(index).boundingBox();
      if (!box) throw new Error(`no bar ${index}`);
      return box;
    };
    const whole = await boxOf(0);
    const [first, last] = [await boxOf(1), await boxOf(steps.length)];
    expect(first.x).toBeLessThan(last.x);
    expect(last.x + last.width).toBeLessThanOrEqual(whole.x + whole.width + 3);

    const step = page.getByRole('button', { name: 'commitRun', exact: true });
    expect(await step.getAttribute('aria-expanded')).toBe('false');
    await step.press('Enter');
    expect(await step.getAttribute('aria-expanded')).toBe('true');
    const inside = page.locator('[data-testid=trace-row][data-level="2"]');
    expect(await inside.count()).toBeGreaterThan(2);
    expect((await inside.allTextContents()).join()).toContain('storage');
    await picture('trace-light');
    await page.emulateMedia({ colorScheme: 'dark' });
    await picture('trace-dark');
    await page.emulateMedia({ colorScheme: 'light' });
    await step.press('Enter');
    expect(await inside.count()).toBe(0);
  });

  it('shows a trace of 1,000 spans, with what failed, some hundred rows at a time', async () => {
    const span = (number: number): TraceSpan => ({
      id: String(number),
      parentId: number === 0 ? null : '0',
      name: number === 0 ? 'ingest' : 'transformRange',
      startSeconds: number / 1000,
      seconds: number === 0 ? 2 : 0.2,
      error: number === 3 ? 'LAKE_STORAGE_UNAVAILABLE' : null,
      attributes: { 'pipeline.task': number },
    });
    const spans = Array.from({ length: 1000 }, (_, number) => span(number));
    await page.route('**/trace', (route) => route.fulfill({ json: { ...trace, spans } satisfies RunTrace }));
    await show();
    expect(await rows().count()).toBe(201);
    const failed = page.locator('[data-testid=trace-row][data-failed]');
    expect(await failed.allTextContents()).toEqual([expect.stringContaining('failed: LAKE_STORAGE_UNAVAILABLE')]);
    await page.getByRole('button', { name: 'Show 799 more rows' }).press('Enter');
    expect(await rows().count()).toBe(401);
    await picture('trace-1000');
    await page.unroute('**/trace');
  });
});
