import { runCostCommand } from '../../../../local/commands/costCommand';

async function call(args: string[], settings: { PRICES?: string } = {}) {
  const [said, complained]: string[][] = [[], []];
  const out = { say: (line: string) => void said?.push(line), complain: (line: string) => void complained?.push(line) };
  const code = await runCostCommand(args, out, settings);
  return { code, said: said?.join('\n') ?? '', complained: complained?.join('\n') ?? '' };
}

describe('npm run cost', () => {
  it('prints lines, sums, assumptions, and where the rates are from', async () => {
    const { code, said } = await call(['--gigabytes-per-day', '100']);
    expect(code).toBe(0);
    for (const text of [
      'PostgreSQL Standard_B1ms',
      'total',
      'Assumed, not measured:',
      'Not counted:',
      'Rates measured on',
    ]) {
      expect(said).toContain(text);
    }
  });

  it('prints one JSON object with --json, and uses PRICES', async () => {
    const PRICES = '{"region":"r","source":"s","date":"2026-11-01","items":{"staticWebApp":7}}';
    const { said } = await call(['--gigabytes-per-day', '1', '--json'], { PRICES });
    expect(JSON.parse(said)).toMatchObject({
      totals: { fixed: 7 },
      rates: { machine: { cores: expect.any(Number) as number } },
    });
  });

  it('says how it is called, and refuses prices that are not valid', async () => {
    expect(await call([])).toMatchObject({
      code: 2,
      complained: expect.stringContaining('Usage: npm run cost') as string,
    });
    expect(await call(['--gigabytes-per-day', '1'], { PRICES: '{}' })).toMatchObject({
      code: 1,
      complained: expect.stringContaining('SETTING_INVALID') as string,
    });
  });
});
