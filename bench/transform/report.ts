import { medianOf, ratio, type CaseResult, type PeerRuns } from './results';

/** The tables as Markdown. */
export function markdown(cases: CaseResult[]): string {
  return cases.map(table).join('\n\n');
}

function table(result: CaseResult): string {
  const [ours] = result.peers;
  const rows = result.peers.map((peer) => [peer.name, ...cells(result, peer, ours)]);
  const columns = [
    '',
    'seconds',
    'MB/s',
    'times ours',
    'start, s',
    'peak MB',
    'Parquet, % of CSV',
    'rows',
    'same content',
    'reports every fault',
  ];
  return [
    `**${capital(result.title)}**, ${Math.round(result.bytes / 1e6)} MB, ${thousands(result.records)} records, ${result.ranges} ranges`,
    '',
    line(columns),
    line(columns.map((_, index) => (index === 0 ? '---' : '---:'))),
    ...rows.map(line),
  ].join('\n');
}

function cells(result: CaseResult, peer: PeerRuns, ours: PeerRuns | undefined): string[] {
  if (peer.output === undefined || ours === undefined) return [`not run: ${peer.skipped ?? ''}`];
  const seconds = medianOf(peer, (run) => run.seconds);
  const start = medianOf(peer, (run) => run.startSeconds ?? run.processSeconds - run.seconds);
  const same = peer.output.hash === ours.output?.hash && peer.output.rows === ours.output.rows;
  return [
    `${seconds.toFixed(2)}${peer.runs.filter((run) => run !== undefined).length === 1 ? ' (one round)' : ''}`,
    (result.bytes / 1e6 / seconds).toFixed(0),
    ratio(peer, ours, (run) => run.seconds).toFixed(2),
    start.toFixed(1),
    thousands(medianOf(peer, (run) => run.peakMegabytes)),
    ((100 * peer.output.bytes) / result.bytes).toFixed(1),
    thousands(peer.output.rows),
    same ? 'yes' : 'no',
    peer.strict ? (peer.name === 'ours' ? 'yes' : 'leaves them out') : 'no',
  ];
}

function line(texts: string[]): string {
  return `| ${texts.join(' | ')} |`;
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
