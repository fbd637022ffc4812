import type { Run } from '../../../../lib/api/runs';
import { formatCount } from '../../formatting';
import { doStoresAgree } from '../../runProgress';
import { element } from '../element';

/** The number of rows in each store after the run, and whether the stores agree; empty until known. */
export function runTotals(run: Run): HTMLElement[] {
  const { rows, chunks } = run;
  if (!rows) return [];
  const agree = doStoresAgree(run);
  return [
    element('h2', {}, 'Rows in each store'),
    figures([
      ['Source', rows.source],
      ['Rejected', run.rejected],
      ...(run.dropped > 0 ? [['Dropped', run.dropped] satisfies [string, number]] : []),
      ['Lake', rows.lake],
      ['SQL', rows.sql],
      ['Vectors', rows.vectors],
    ]),
    element(
      'p',
      { class: agree ? 'agreement' : 'agreement agreement-broken', 'data-testid': 'agreement' },
      agree ? 'All stores agree.' : 'The stores do not agree.',
    ),
    ...(rows.superseded
      ? [
          element(
            'p',
            {},
            `A newer date has ${formatCount(rows.superseded)} of these documents: their vectors belong to it.`,
          ),
        ]
      : []),
    ...(rows.returned
      ? [
          element(
            'p',
            {},
            `Not in this date any more, but in an older one: ${formatCount(rows.returned)}. Those versions are served again.`,
          ),
        ]
      : []),
    ...(chunks
      ? [
          element('h2', {}, 'Chunks'),
          figures([
            ['Embedded', chunks.embedded],
            ['Reused', chunks.reused],
            ['Deleted', chunks.deleted],
          ]),
        ]
      : []),
  ];
}

function figures(entries: [string, number][]): HTMLElement {
  return element(
    'dl',
    { class: 'figures' },
    ...entries.map(([name, count]) =>
      element('div', {}, element('dt', {}, name), element('dd', {}, formatCount(count))),
    ),
  );
}
