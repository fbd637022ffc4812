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
  const share = step.total > 0 ? Math.min(1, step.done / step.total) : 0;
  const filled = Math.round(share * BAR_WIDTH);
  const bar = `${'#'.repeat(filled)}${'.'.repeat(BAR_WIDTH - filled)}`;
  const details = [
    step.total > 0 ? `${step.done}/${step.total}` : '',
    step.rows > 0 ? `${step.rows} rows` : '',
    step.rejected > 0 ? `${step.rejected} rejected` : '',
  ].filter(Boolean);
  const time = step.status === 'waiting' || step.status === 'skipped' ? '' : `${step.seconds.toFixed(1)} s`;
  return `  ${MARKS[step.status]} ${step.name.padEnd(10)} ${bar} ${time.padStart(7)}  ${details.join(', ')}`.slice(
    0,
    width,
  );
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
  const show = (run: Run): void => {
    for (const step of run.steps) {
      const isNews = said.get(step.name) !== step.status;
      said.set(step.name, step.status);
      if (isNews && step.status === 'running') stream.write(`  ${step.name}: started\n`);
      if (isNews && (step.status === 'done' || step.status === 'failed')) {
        const counts = [
          `${step.done}/${step.total} tasks`,
          step.rows > 0 ? `${step.rows} rows` : '',
          step.rejected > 0 ? `${step.rejected} rejected` : '',
        ].filter(Boolean);
        stream.write(`  ${step.name}: ${step.status}, ${counts.join(', ')}, ${step.seconds.toFixed(1)} s\n`);
      }
    }
  };
  return { show, finish: show };
}
