import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { contractText } from '../support/lake';
import { launchBrowser, withBrowser } from './chromium';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

jest.setTimeout(180_000);

const DATE = '2026-01-01';
const HEADER = 'id,title,n,day,body\n';
const row = (id: string, title = 'Title'): string => `${id},${title},1,2026-01-01,The body of ${id}.\n`;
const contracts = mkdtempSync(path.join(tmpdir(), 'contracts-'));
const writeContract = (dataset: string, text: string): void =>
  writeFileSync(path.join(contracts, `${dataset}.yaml`), text);

withBrowser('the page of a run', () => {
  let platform: RunningTestPlatform;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    platform = await startTestPlatform({ CONTRACTS_DIRECTORY: contracts, GATE_DECISION_TIMEOUT_HOURS: '24' });
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    await page.goto(platform.entry);
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
    rmSync(contracts, { recursive: true, force: true });
  });

  const open = async (dataset: string, status: string): Promise<void> => {
    await page.goto(`${platform.urls.web}/runs/ingest-${dataset}-${DATE}`);
    await waitFor(status);
  };
  const waitFor = (status: string): Promise<void> =>
    page.locator(`[data-testid=run-status][data-status=${status}]`).waitFor({ timeout: 60_000 });
  const textsOf = async (list: Locator): Promise<string[]> => {
    await list.first().waitFor({ state: 'attached' });
    return list.allTextContents();
  };

  it('lists the files that the run does not use, with the reason', async () => {
    writeContract('ignored', contractText({ dataset: 'ignored', custom: { compression: 'none' } }));
    await platform.drop('ignored', DATE, 'a.csv', HEADER + row('a-1'));
    for (const name of ['EXPORT.CSV', 'notes.txt', 'more/b.csv', 'c.csv.gz'])
      await platform.drop('ignored', DATE, name, 'x');
    await platform.ingest('ignored', DATE);
    await open('ignored', 'Completed');
    const files = await textsOf(page.getByTestId('ignored-files').locator('li'));
    expect(files).toHaveLength(4);
    for (const [name, reason] of [
      ['EXPORT.CSV', 'only in case'],
      ['notes.txt', 'no pattern of the contract'],
      ['more/b.csv', 'in a sub-folder'],
      ['c.csv.gz', 'compressed'],
    ] as const) {
      expect(files.find((text) => text.includes(name))).toContain(reason);
    }
    const warnings = await textsOf(page.locator('[data-testid=gate-rule][data-outcome=warning]'));
    expect(warnings.join('\n')).toContain('EXPORT.CSV');
  });

  it('shows the records that were dropped for another of the same key', async () => {
    writeContract('kept', contractText({ dataset: 'kept', custom: { repeatedKeys: 'keepFirst' } }));
    await platform.drop('kept', DATE, 'a.csv', HEADER + row('one', 'First') + row('two'));
    await platform.drop('kept', DATE, 'b.csv', HEADER + row('one', 'Second'));
    await platform.ingest('kept', DATE);
    await open('kept', 'Completed');
    const figures = await textsOf(page.locator('.totals .figures').first().locator('div'));
    expect(figures).toEqual(['Source3', 'Rejected0', 'Dropped1', 'Lake2', 'SQL2', 'Vectors2']);
    expect(await page.getByTestId('agreement').textContent()).toBe('All stores agree.');
    expect(await page.getByTestId('quarantine').locator('h2').textContent()).toBe(
      '0 rejected records, 1 record dropped for another of the same key',
    );
    await page.getByTestId('quarantine-button').click();
    const [dropped] = await textsOf(page.getByTestId('reject'));
    for (const text of ['b.csv', 'ROW_DUPLICATE_DROPPED', 'Second', 'a.csv']) expect(dropped).toContain(text);
  });

  it('offers no approval where the stores rely on a rule; the run can be cancelled', async () => {
    writeContract('repeated', contractText({ dataset: 'repeated' }));
    await platform.drop('repeated', DATE, 'a.csv', HEADER + row('one'));
    await platform.drop('repeated', DATE, 'b.csv', HEADER + row('one', 'Second'));
    await platform.ingest('repeated', DATE);
    await open('repeated', 'Blocked');
    const form = page.getByTestId('decision-form');
    await form.waitFor();
    expect(await form.textContent()).toContain('cannot be approved');
    expect(await page.getByTestId('approve-button').isVisible()).toBe(false);
    expect(await page.getByTestId('reject-button').isVisible()).toBe(true);

    expect(await page.getByTestId('replay-button').isVisible()).toBe(false);
    await page.getByTestId('cancel-button').click();
    // Without a reason, the form sends nothing.
    await page.getByTestId('confirm-cancel-button').click();
    await page.locator('#cancel-reason:invalid').waitFor();
    await page.fill('#cancel-reason', 'Both files are drafts.');
    await page.getByTestId('confirm-cancel-button').click();
    await waitFor('Cancelled');
    expect(await page.getByTestId('cancel-form').isVisible()).toBe(false);
    expect(await page.getByTestId('cancel-button').isVisible()).toBe(false);
    expect(await page.getByTestId('problem').textContent()).toContain('Both files are drafts.');
    await page.getByTestId('replay-button').waitFor();
  });

  it('replays a run with the contract that is chosen', async () => {
    const text = contractText({ dataset: 'versions' });
    writeContract('versions', text);
    await platform.drop('versions', DATE, 'a.csv', HEADER + row('a-1'));
    await platform.ingest('versions', DATE);
    await open('versions', 'Completed');
    await page.getByTestId('replay-button').waitFor();
    const choice = page.getByTestId('contract-choice');
    expect(await choice.isVisible()).toBe(false);

    const body = '\n      - {name: body,';
    const later = text.replace('1.0.0', '1.1.0').replace(body, `\n      - {name: region, logicalType: string}${body}`);
    writeContract('versions', later);
    await page.reload();
    await choice.waitFor();
    const options = await textsOf(choice.locator('option'));
    expect(options[0]).toBe('current contract, 1.1.0');
    expect(options[1]).toMatch(/^1\.0\.0, from .*, as this run$/);

    const replay = async (label: string): Promise<unknown> => {
      const before = await idOfRun();
      await choice.selectOption({ label });
      await page.getByTestId('replay-button').click();
      await page.getByTestId('replay').getByText(before).waitFor({ timeout: 60_000 });
      await waitFor('Completed');
      return (await runOf()).contract;
    };
    const runOf = async () =>
      (await (await platform.fetch(`${platform.urls.api}/runs/ingest-versions-${DATE}`)).json()) as {
        runId: string;
        contract: { version: string };
      };
    const idOfRun = async () => (await runOf()).runId;
    expect(await replay(options[1] ?? '')).toMatchObject({ version: '1.0.0' });
    expect(await replay('current contract, 1.1.0')).toMatchObject({ version: '1.1.0' });
    await choice.locator('option', { hasText: 'current contract, 1.1.0, as this run' }).waitFor({ state: 'attached' });
  });

  it('starts a run with the contract that is chosen', async () => {
    await page.goto(`${platform.urls.web}/runs`);
    await page.fill('[name=dataset]', 'versions');
    await page.fill('[name=date]', DATE);
    const choice = page.getByTestId('contract-choice');
    await choice.waitFor();
    const earlier = (await textsOf(choice.locator('option'))).find((text) => text.startsWith('1.0.0'));
    await choice.selectOption({ label: earlier ?? '' });
    await page.getByTestId('start-run-button').click();
    await page.waitForURL(`**/runs/ingest-versions-${DATE}`);
    await waitFor('Completed');
    await choice.locator('option', { hasText: 'as this run' }).waitFor({ state: 'attached' });
    const used = (await textsOf(choice.locator('option'))).find((text) => text.endsWith('as this run'));
    expect(used).toBe(`${earlier}, as this run`);
  });
});
