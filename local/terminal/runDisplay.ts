import type { Run, StepProgress } from '../../lib/runs/run';

/** Shows the progress of a run. */
export interface RunDisplay {
  show(run: Run): void;
  finish(run: Run): void;
}

/** On a terminal the steps are redrawn in place; elsewhere a line is printed when a step starts or ends. */
export function createRunDisplay(stream: NodeJS.WriteStream): RunDisplay {
  return stream.isTTY ? redrawing(stream) : plainLines(stream);
}

const BAR_WIDTH = 20;
const MARKS: Record<StepProgress['status'], string> = {
  waiting: ' ',
  running: '>',
  done: '+',
  failed: 'x',
  skipped: '-',
};

/** One line for a step: mark, name, bar, tasks, rows, rejected records, seconds. */
export function stepLine(step: StepProgress, width = 100): string {
  const share = shareOf(step);
  const filled = Math.round(share * BAR_WIDTH);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
  const details = [
    step.total > 0 ? `${step.done}/${step.total}` : '',
    step.rows > 0 ? `${step.rows} rows` : '',
    step.rejected > 0 ? `${step.rejected} rejected` : '',
    ...chunkDetails(step),
  ].filter(Boolean);
  const time = step.status === 'waiting' || step.status === 'skipped' ? '' : `${step.seconds.toFixed(1)} s`;
  return `  ${MARKS[step.status]} ${step.name.padEnd(10)} ${bar} ${time.padStart(7)}  ${details.join(', ')}`.slice(
    0,
    width,
  );
}

function shareOf({ chunks, done, total }: StepProgress): number {
  if (chunks?.total) return Math.min(1, chunks.done / chunks.total);
  return total > 0 ? Math.min(1, done / total) : 0;
}

/** `1200 of about 5000 chunks`, `212 chunks/s`, `18 s left`; the last two while the step runs. */
function chunkDetails({ chunks, status }: StepProgress): string[] {
  if (chunks === null || chunks.done === 0) return [];
  const { done, total, isEstimate, perSecond, secondsLeft } = chunks;
  const all = total === null || total === done ? '' : ` of ${isEstimate ? 'about ' : ''}${total}`;
  const isRunning = status === 'running';
  return [
    `${done}${all} chunks`,
    isRunning && perSecond !== null ? `${perSecond} chunks/s` : '',
    isRunning && secondsLeft !== null ? `${secondsLeft} s left` : '',
  ];
}

function redrawing(stream: NodeJS.WriteStream): RunDisplay {
  let drawn = 0;
  const draw = (run: Run): void => {
    // A terminal without a size (in a container or a script) reports 0 columns.
    const lines = run.steps.map((step) => stepLine(step, stream.columns || undefined));
    stream.write(`${drawn > 0 ? `\u001b[${drawn}A` : ''}${lines.map((line) => `\u001b[2K${line}\n`).join('')}`);
    drawn = lines.length;
  };
  return { show: draw, finish: draw };
}

function plainLines(stream: NodeJS.WriteStream): RunDisplay {
  const said = new Map<string, StepProgress['status']>();
  const tenths = new Map<string, number>();
  const show = (run: Run): void => {
    for (const step of run.steps) {
      const isNews = said.get(step.name) !== step.status;
      said.set(step.name, step.status);
      if (isNews && step.status === 'running') stream.write(`  ${step.name}: started\n`);
      const tenth = step.chunks === null ? 0 : Math.floor(shareOf(step) * 10);
      if (step.status === 'running' && tenth > (tenths.get(step.name) ?? 0)) {
        tenths.set(step.name, tenth);
        stream.write(`  ${step.name}: ${chunkDetails(step).filter(Boolean).join(', ')}\n`);
      }
      if (isNews && (step.status === 'done' || step.status === 'failed')) {
        const counts = [
          `${step.done}/${step.total} tasks`,
          step.rows > 0 ? `${step.rows} rows` : '',
          step.rejected > 0 ? `${step.rejected} rejected` : '',
          ...chunkDetails(step),
        ].filter(Boolean);
        stream.write(`  ${step.name}: ${step.status}, ${counts.join(', ')}, ${step.seconds.toFixed(1)} s\n`);
      }
    }
  };
  return { show, finish: show };
}
