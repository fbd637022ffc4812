import type { RunDetail } from '../../../../lib/api/runs';
import { formatCount } from '../../formatting';
import { element } from '../element';

/** What a replay has bettered; nothing for a run that is no replay. */
export function replayComparison({ replay }: RunDetail): HTMLElement[] {
  if (!replay) return [];
  const { before, after } = replay.rejected;
  return [
    element('h2', {}, 'Replay'),
    element(
      'p',
      { 'data-testid': 'replay' },
      `Of ${replay.of}: ${formatCount(before)} rejected before${after === null ? '' : `, ${formatCount(after)} now`}.`,
    ),
  ];
}
