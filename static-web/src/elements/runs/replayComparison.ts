import type { RunDetail } from '../../../../lib/api/runs';
import { formatCount } from '../../formatting';
import { element } from '../element';

/** The change in rejected records since the replayed run; empty for a run that is not a replay. */
export function replayComparison({ replay }: RunDetail): HTMLElement[] {
  if (!replay) return [];
  const { before, after } = replay.rejected;
  return [
    element('h2', {}, 'Replay'),
    element(
      'p',
      { 'data-testid': 'replay' },
      `Replay of ${replay.of}: ${formatCount(before)} rejected before${after === null ? '' : `, ${formatCount(after)} now`}.`,
    ),
  ];
}
