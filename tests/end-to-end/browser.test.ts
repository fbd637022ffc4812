import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { stateOfTheUnion } from '../../samples/stateOfTheUnion';
import { launchBrowser, withBrowser } from './chromium';
import { startTestPlatform, type RunningTestPlatform } from './runningPlatform';

jest.setTimeout(180_000);

const SCREENSHOTS = path.resolve(__dirname, '../../test-output/screenshots');
const DATASET = 'state-of-the-union';
const DATE = '2021-04-28';
const HEADER = 'doc_id,title,author,published_at,category,body\n';
const text = (id: string, date = '1900-01-01'): string => `${id},Address,Somebody,${date},Whig,"A body of ${id}."\n`;

withBrowser('the web app in a browser', () => {
  let platform: RunningTestPlatform;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  const shoot = async (name: string): Promise<void> => {
    // In a scrolled page, the masthead would be in the middle of the picture.
    await page.evaluate('scrollTo({ top: 0, behavior: "instant" })');
    await page.screenshot({ path: path.join(SCREENSHOTS, `${name}.png`), fullPage: true });
  };

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    platform = await startTestPlatform({ GATE_DECISION_TIMEOUT_HOURS: '24' });
    // Two files of the sample are enough to see progress.
    for (const { name, content } of stateOfTheUnion().slice(-2)) await platform.drop(DATASET, DATE, name, content);
    browser = await launchBrowser();
    page = await browser.newPage({ viewport: { width: 1200, height: 800 } });
    await page.goto(platform.entry);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') faults.push(message.text());
    });
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.stop();
  });

  it('is signed in by the address that the start prints, and a role can be tried', async () => {
    expect(page.url()).not.toContain('token');
    const role = page.getByTestId('local-role');
    await role.selectOption('reader');
    await page.waitForFunction('document.cookie.includes("x-local-roles=reader")');
    await page.waitForLoadState('networkidle');
    const refused = await page.evaluate(async () => {
      const response = await fetch('/api/audit');
      return ((await response.json()) as { code: string }).code;
    });
    expect(refused).toBe('ROLE_MISSING');
    await page.getByTestId('local-role').selectOption('');
    await page.waitForFunction('!document.cookie.includes("x-local-roles")');
    await page.waitForLoadState('networkidle');
    expect(await page.evaluate(async () => (await fetch('/api/audit')).status)).toBe(200);
    // The browser reports the refusal above as an error of the console.
    faults.length = 0;
  });

  it('starts a run and shows its progress until it has ended', async () => {
    await page.goto(`${platform.urls.web}/runs`);
    await page.fill('[name=dataset]', DATASET);
    await page.fill('[name=date]', DATE);
    await page.getByTestId('start-run-button').click();
    await page.waitForURL(`**/runs/ingest-${DATASET}-${DATE}`);
    await page.locator('[data-testid=step-embed][data-status=running]').waitFor({ timeout: 60_000 });
    await shoot('run-under-way');
    await page.locator('[data-testid=run-status][data-status=Completed]').first().waitFor({ timeout: 120_000 });
    const steps = await page.locator('[data-testid^=step-]').all();
    const statuses = await Promise.all(steps.map((step) => step.getAttribute('data-status')));
    expect(statuses).toEqual(Array.from({ length: 8 }, () => 'done'));
    await shoot('run-completed');
  });

  it('lists the run', async () => {
    await page.goto(`${platform.urls.web}/runs`);
    await page.getByTestId('run-row').first().waitFor();
    expect(await page.getByTestId('run-row').count()).toBe(1);
    expect(await page.getByTestId('run-row').first().textContent()).toContain(DATASET);
    await shoot('runs');
  });

  it('shows why a run is blocked and what was rejected, and commits it when it is approved', async () => {
    const text = (id: string, date = '1900-01-01'): string =>
      `${id},Address,Somebody,${date},Whig,"A body of ${id}."\n`;
    const content = `${HEADER}${text('one')}${text('two')}${text('three', 'yesterday')}`;
    await platform.drop(DATASET, '1900-01-01', 'a.csv', content);
    await platform.ingest(DATASET, '1900-01-01');

    await page.goto(`${platform.urls.web}/runs`);
    await page.locator('[data-testid=run-status][data-status=Blocked]').waitFor();
    await shoot('runs-blocked');
    await page.getByTestId('run-row').filter({ hasText: '1900' }).getByRole('link').click();
    const failed = page.locator('[data-testid=gate-rule][data-outcome=failed]');
    await failed.first().waitFor();
    expect(await failed.first().textContent()).toContain('1 of 3');
    await page.getByTestId('quarantine-button').click();
    await page.getByTestId('reject').waitFor();
    expect(await page.getByTestId('reject').textContent()).toContain('yesterday');
    expect(await page.getByTestId('code-choice').count()).toBe(2);
    await shoot('run-blocked');

    // Without a reason, the form sends nothing.
    await page.getByTestId('approve-button').click();
    await page.locator('#decision-reason:invalid').waitFor();
    await page.fill('#decision-reason', 'One bad date is known.');
    await page.getByTestId('approve-button').click();
    await page.locator('[data-testid=run-status][data-status=Completed]').waitFor({ timeout: 60_000 });
    expect(await page.getByTestId('decision').textContent()).toContain('One bad date is known.');
    expect(await page.getByTestId('decision-form').isVisible()).toBe(false);
    await shoot('run-approved');
  });

  it('replays a run, and shows the rejected records before and after', async () => {
    await platform.drop(DATASET, '1900-01-01', 'a.csv', `${HEADER}${text('one')}${text('two')}${text('three')}`);
    await page.getByTestId('replay-button').click();
    const replay = page.getByTestId('replay');
    await replay.getByText('1 rejected before, 0 now').waitFor({ timeout: 60_000 });
    await page.locator('[data-testid=run-status][data-status=Completed]').waitFor({ timeout: 60_000 });
    expect(await replay.isVisible()).toBe(true);
    await shoot('run-replayed');
  });

  it('answers a question with citations whose quotes are shown', async () => {
    await page.goto(platform.urls.web ?? '');
    await page.getByTestId('question-input').fill('Which states constitute an axis of evil?');
    await page.getByTestId('ask-button').click();
    await page.locator('[data-testid=answer][data-state=done]').waitFor({ timeout: 60_000 });
    const cards = page.getByTestId('citation');
    expect(await cards.count()).toBeGreaterThan(0);
    expect(await cards.first().textContent()).toContain('George W Bush');
    expect(await page.getByTestId('answer').textContent()).toContain('axis of evil');
    await page.locator('[data-testid=health][data-status=ok]').waitFor();
    await shoot('answer');
  });

  it('shows documents by a filter', async () => {
    await page.goto(`${platform.urls.web}/documents?author=${encodeURIComponent('Barack Obama')}`);
    await page.getByTestId('document-row').first().waitFor();
    expect(await page.getByTestId('document-row').count()).toBe(8);
    await shoot('documents');
  });

  it('shows a refusal with its code', async () => {
    await page.goto(`${platform.urls.web}/runs`);
    await page.fill('[name=dataset]', 'nobody');
    await page.fill('[name=date]', DATE);
    await page.getByTestId('start-run-button').click();
    const problem = page.getByTestId('problem');
    await problem.waitFor();
    expect(await problem.textContent()).toContain('DATASET_UNKNOWN');
    await shoot('refusal');
  });

  it('logged no console error except the refused call', () => {
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });
});
