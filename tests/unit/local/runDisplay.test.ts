import type { Run, StepProgress } from '../../../lib/runs/run';
import { RUN_STEPS } from '../../../lib/runs/runKey';
import { createRunDisplay, stepLine } from '../../../local/terminal/runDisplay';

const step = (name: StepProgress['name'], changed: Partial<StepProgress> = {}): StepProgress => ({
  name,
  status: 'waiting',
  done: 0,
  total: 0,
  rows: 0,
  rejected: 0,
  chunks: null,
  seconds: 0,
  ...changed,
});
const run = (...changed: StepProgress[]): Run =>
  ({ steps: RUN_STEPS.map((name) => changed.find((candidate) => candidate.name === name) ?? step(name)) }) as Run;

function screen(isTTY: boolean, columns = 60): { stream: NodeJS.WriteStream; written: string[] } {
  const written: string[] = [];
  const stream = { isTTY, columns, write: (text: string) => written.push(text) } as unknown as NodeJS.WriteStream;
  return { stream, written };
}

describe('the display of a run', () => {
  it('without a terminal: one line when a step begins and one when it ends', () => {
    const { stream, written } = screen(false);
    const display = createRunDisplay(stream);
    const under = step('transform', { status: 'running', done: 1, total: 2 });
    display.show(run(under));
    display.show(run({ ...under, rows: 5 }));
    display.finish(run({ ...under, status: 'done', done: 2, rows: 9, rejected: 1, seconds: 1.25 }));
    expect(written).toEqual(['  transform: started\n', '  transform: done, 2/2 tasks, 9 rows, 1 rejected, 1.3 s\n']);
  });

  it('without a terminal: a line for each tenth of the chunks', () => {
    const { stream, written } = screen(false);
    const display = createRunDisplay(stream);
    const at = (done: number, secondsLeft: number | null = 9): Run =>
      run(
        step('embed', {
          status: 'running',
          total: 2,
          chunks: { done, total: 1000, isEstimate: done < 500, perSecond: 50, secondsLeft },
        }),
      );
    for (const done of [0, 50, 120, 130, 199, 520, 999]) display.show(at(done));
    expect(written).toEqual([
      '  embed: started\n',
      '  embed: 120 of about 1000 chunks, 50 chunks/s, 9 s left\n',
      '  embed: 520 of 1000 chunks, 50 chunks/s, 9 s left\n',
      '  embed: 999 of 1000 chunks, 50 chunks/s, 9 s left\n',
    ]);
  });

  it('on a terminal without a size: shows its lines', () => {
    const { stream, written } = screen(true, 0);
    createRunDisplay(stream).show(run(step('embed', { status: 'running', done: 3, total: 8 })));
    expect(written.join('')).toContain('embed');
    expect(written.join('')).toContain('3/8');
  });

  it('on a terminal: redraws its lines in place, never wider than the terminal', () => {
    const { stream, written } = screen(true);
    const display = createRunDisplay(stream);
    display.show(run());
    display.show(run(step('embed', { status: 'running', done: 3, total: 8, rows: 123456789, rejected: 123456 })));
    expect(written[0]?.startsWith('\u001b[')).toBe(true);
    expect(written[1]?.startsWith(`\u001b[${RUN_STEPS.length}A`)).toBe(true);
    const escapes = new RegExp(`${String.fromCharCode(27)}\\[\\d+[AK]`, 'g');
    const lines = (written[1] ?? '').replaceAll(escapes, '').trimEnd().split('\n');
    expect(lines).toHaveLength(RUN_STEPS.length);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(60);
  });

  it.each([
    [0, 8, '....................'],
    [4, 8, '##########..........'],
    [8, 8, '####################'],
    [0, 0, '....................'],
  ])('%i of %i tasks', (done, total, bar) => {
    expect(stepLine(step('embed', { status: 'running', done, total }))).toContain(bar);
  });
});
