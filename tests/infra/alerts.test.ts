import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { RUN_EVENT_PREFIX, RUN_EVENTS, runEvent } from '../../lib/runs/runEvent';
import { INFRA } from '../support/infra/render';
import { appSettings, describeRendered, resourcesOf, theResource } from '../support/infra/rendered';
import type { VariantName } from '../support/infra/variants';

const names = (variant: VariantName, type: string): string[] =>
  resourcesOf(variant, type).map(({ name }) => name.replace(/-[a-z0-9]{13}$/, ''));

describeRendered('alerts', () => {
  it('cover runs, the gate, requests and the host', () => {
    expect(names('staging', 'Insights/scheduledQueryRules')).toEqual([
      'run-failed',
      'gate-blocked',
      'error-rate',
      'host-errors',
    ]);
  });

  it('cover the services that exist', () => {
    const postgres = ['postgres-cpu', 'postgres-storage', 'postgres-connections', 'postgres-down'];
    expect(names('staging', 'Insights/metricAlerts')).toEqual(['queue-depth', ...postgres]);
    expect(names('scheduler', 'Insights/metricAlerts')).toEqual(postgres);
    expect(names('production', 'Insights/metricAlerts')).toEqual([
      'queue-depth',
      ...postgres,
      'openai-throttled',
      'qdrant-down',
    ]);
  });

  it('tell somebody, and say what happened', () => {
    const rules = [
      ...resourcesOf('production', 'Insights/scheduledQueryRules'),
      ...resourcesOf('production', 'Insights/metricAlerts'),
    ];
    const silent = rules.filter(({ properties }) => {
      const text = JSON.stringify(properties.actions);
      return (
        !text.includes('Microsoft.Insights/actionGroups') || properties.description.length < 20 || !properties.enabled
      );
    });
    expect(silent.map(({ name }) => name)).toEqual([]);
    const { emailReceivers } = theResource('production', 'Insights/actionGroups').properties;
    expect(emailReceivers).toEqual([expect.objectContaining({ emailAddress: 'operations@example.com' })]);
  });

  it('of a blocked gate come before the run ends by itself', () => {
    const rule = theResource('staging', 'Insights/scheduledQueryRules', ({ name }) => name.startsWith('gate-blocked'));
    expect(rule.properties.criteria.allOf[0].query).toContain('ago(24h)');
    // The window has to contain the event that is a day old.
    expect(rule.properties.windowSize).toBe('P2D');
    expect(Number(appSettings('staging').GATE_DECISION_TIMEOUT_HOURS)).toBeGreaterThan(25);
  });

  it('ask for the whole text of each query', () => {
    for (const { properties } of resourcesOf('staging', 'Insights/scheduledQueryRules')) {
      expect(properties.criteria.allOf[0].query).toMatch(/^\/\/ .+\nApp(Traces|Requests)\n\| /);
    }
  });
});

describeRendered('the budget', () => {
  it('exists when it is asked for, with its amount and its receivers', () => {
    const { properties } = theResource('production', 'Consumption/budgets');
    expect(properties.amount).toBe(1000);
    expect(Object.keys(properties.notifications).sort()).toEqual(['actual100', 'actual80', 'forecasted100']);
    expect(properties.notifications.actual80.contactEmails).toEqual(['operations@example.com']);
    expect(resourcesOf('least', 'Consumption/budgets')).toEqual([]);
  });

  it('begins on the first of a month that does not change with the day of the deployment', () => {
    expect(theResource('staging', 'Consumption/budgets').properties.timePeriod.startDate).toMatch(/^\d{4}-\d\d-01$/);
  });
});

describeRendered('the workbook', () => {
  it('shows each of its queries', () => {
    const { items } = JSON.parse(theResource('staging', 'Insights/workbooks').properties.serializedData) as {
      items: { type: number; name: string; content: { query?: string } }[];
    };
    const queries = items.filter(({ type }) => type === 3);
    expect(queries.map(({ name }) => name)).toEqual(['runs', 'blockedRuns', 'problems', 'requests']);
    for (const { name, content } of queries) {
      expect(content.query).toBe(readFileSync(path.join(INFRA, 'queries', `${name}.kql`), 'utf8'));
    }
  });
});

describe('infra/queries', () => {
  const read = (name: string): string => readFileSync(path.join(INFRA, 'queries', `${name}.kql`), 'utf8');

  it.each(['failedRuns', 'blockedRuns', 'runs'])('%s.kql finds the lines that the app writes about runs', (name) => {
    const query = read(name);
    expect(query).toContain(`| where Message startswith "${RUN_EVENT_PREFIX}"`);
    expect(query).toContain(`parse_json(substring(Message, ${RUN_EVENT_PREFIX.length}))`);
    const events = [...query.matchAll(/event == "(\w+)"/g)].map((match) => match[1]);
    expect(events.filter((event) => !(RUN_EVENTS as readonly string[]).includes(event ?? ''))).toEqual([]);
    const fields = [...query.matchAll(/run\.(\w+)/g)].map((match) => match[1] ?? '');
    const line = runEvent('Failed', { runId: 'r', dataset: 'd', date: '2026-01-01' }, { code: 'C' });
    const known = JSON.parse(line.slice(RUN_EVENT_PREFIX.length)) as Record<string, string>;
    expect(fields.filter((field) => !(field in known))).toEqual([]);
  });

  it('are all used', () => {
    const bicep = ['alerts', 'workbook'].map((name) =>
      readFileSync(path.join(INFRA, 'modules', `${name}.bicep`), 'utf8'),
    );
    const unused = readdirSync(path.join(INFRA, 'queries')).filter((file) => !bicep.join().includes(`queries/${file}`));
    expect(existsSync(path.join(INFRA, 'queries/failedRuns.kql'))).toBe(true);
    expect(unused).toEqual([]);
  });
});
