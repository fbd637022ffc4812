import type { Run } from '../../../../lib/api/runs';
import { formatAgo, formatCount, formatCounted, formatDate, formatSeconds } from '../../formatting';
import { runPath } from '../../route';
import { isActive, stepTitleOf } from '../../runProgress';
import { element, setText } from '../element';
import { runStatusBadge } from './runStatusBadge';

/** One run in the list. Calling `show` again updates it in place, so that it keeps the focus. */
export function runRow(id: string): { node: HTMLElement; show(run: Run): void } {
  const link = element('a', { href: runPath(id), class: 'run-link' });
  const badge = runStatusBadge();
  const facts = element('span', { class: 'run-facts' });
  const times = element('span', { class: 'run-times' });
  const node = element(
    'li',
    { class: 'run-row', 'data-testid': 'run-row', 'data-run': id },
    link,
    badge.node,
    facts,
    times,
  );
  return {
    node,
    show(run) {
      setText(link, `${run.dataset}, ${formatDate(run.date)}`);
      badge.show(run.status);
      setText(facts, factsOf(run));
      setText(times, timesOf(run));
    },
  };
}

function timesOf({ startedAt, seconds }: Run): string {
  return startedAt === null ? '' : `${formatAgo(startedAt, new Date())} · ${formatSeconds(seconds)}`;
}

function factsOf(run: Run): string {
  if (isActive(run)) return stepTitleOf(run);
  if (run.status === 'Blocked') return 'Blocked by the quality gate, waiting for a decision';
  if (run.status === 'Failed') return run.error?.message ?? `Failed at: ${stepTitleOf(run)}`;
  return [
    run.rows ? formatCounted(run.rows.lake, 'row') : stepTitleOf(run),
    run.chunks && `${formatCounted(run.chunks.embedded, 'chunk')} embedded`,
    run.rejected > 0 && `${formatCount(run.rejected)} rejected`,
  ]
    .filter((fact) => typeof fact === 'string')
    .join(' · ');
}
