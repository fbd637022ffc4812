import { readFileSync } from 'node:fs';
import path from 'node:path';
import { INFRA } from '../support/infra/render';
import { describeRendered, resourcesOf, theResource } from '../support/infra/rendered';

const page = readFileSync(path.join(INFRA, '../docs/infrastructure.md'), 'utf8');
const costs = page.split('## What it costs')[1]?.split('\n## ')[0] ?? '';
const tables = costs
  .split(/^(?:Staging|Production)/m)
  .slice(1)
  .map((part) =>
    part
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(1)
      .filter((line) => !/^\| -+/.test(line))
      .map((line) =>
        line
          .split('|')
          .map((cell) => cell.trim())
          .slice(1, -1),
      ),
  );
const amountOf = (table: number, item: string): number =>
  Number(tables[table]?.find(([name]) => name?.startsWith(item))?.[2]);

describe('the prices in docs/infrastructure.md', () => {
  it.each([0, 1])('add up (table %i)', (table) => {
    const rows = tables[table] ?? [];
    expect(rows.length).toBeGreaterThan(4);
    const items = rows.slice(0, -1);
    for (const [item, price, amount, , month] of items) {
      expect(`${item} ${month}`).toBe(`${item} ${(Number(price) * Number(amount)).toFixed(2)}`);
    }
    const sum = items.reduce((total, row) => total + Number(row[4]), 0);
    expect(rows.at(-1)?.[4]).toBe(sum.toFixed(2));
  });
});

describe('README.md', () => {
  it('has the same sums in whole dollars', () => {
    const readme = readFileSync(path.join(INFRA, '../README.md'), 'utf8');
    const [staging, production] = tables.map((rows) => Math.round(Number(rows.at(-1)?.[4])));
    expect(readme).toContain(`staging costs about $${staging} a month`);
    expect(readme).toContain(`about $${production} and PostgreSQL`);
  });
});

describeRendered('the amounts in docs/infrastructure.md', () => {
  it('are those of the deployments', () => {
    const storage = theResource('staging', 'DBforPostgreSQL/flexibleServers').properties.storage
      .storageSizeGB as number;
    expect(amountOf(0, 'PostgreSQL storage')).toBe(storage);
    expect(amountOf(0, 'Function app')).toBe(
      theResource('staging', 'Web/sites').properties.functionAppConfig.scaleAndConcurrency.alwaysReady.length,
    );
    expect(amountOf(1, 'Private endpoints')).toBe(resourcesOf('production', 'Network/privateEndpoints').length);
    expect(amountOf(1, 'Private DNS zones')).toBe(resourcesOf('production', 'Network/privateDnsZones').length);
    const { alwaysReady, instanceMemoryMB } = theResource('production', 'Web/sites').properties.functionAppConfig
      .scaleAndConcurrency as { alwaysReady: { instanceCount: number }[]; instanceMemoryMB: number };
    const instances = alwaysReady.reduce((sum, { instanceCount }) => sum + instanceCount, 0);
    expect(amountOf(1, 'Always-ready')).toBe(instances * (instanceMemoryMB / 1024) * 730 * 3600);
  });
});
