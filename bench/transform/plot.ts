import { medianOf, type CaseResult } from './results';

const WIDTH = 890;
const LABELS = 360;
const BAR = 18;
const GAP = 6;
const TITLE = 34;

/** Throughput of every peer as bars, one group per file, as SVG. */
export function plot(cases: CaseResult[]): string {
  const groups = cases.map((result) => ({
    title: `${result.title}, ${Math.round(result.bytes / 1e6)} MB`,
    bars: result.peers
      .filter(({ output }) => output !== undefined)
      .map((peer) => ({ name: peer.name, rate: result.bytes / 1e6 / medianOf(peer, (run) => run.seconds) }))
      .sort((one, other) => other.rate - one.rate),
  }));
  const largest = Math.max(1, ...groups.flatMap(({ bars }) => bars.map(({ rate }) => rate)));
  const shapes: string[] = [];
  let y = 10;
  for (const { title, bars } of groups) {
    y += TITLE;
    shapes.push(`<text x="10" y="${y - 10}" font-weight="bold">${escaped(title)}</text>`);
    for (const { name, rate } of bars) {
      const length = Math.max(1, ((WIDTH - LABELS - 70) * rate) / largest);
      const middle = y + BAR - 5;
      shapes.push(
        `<text x="${LABELS - 8}" y="${middle}" text-anchor="end">${escaped(name)}</text>`,
        `<rect x="${LABELS}" y="${y}" width="${length.toFixed(1)}" height="${BAR}" fill="${name === 'ours' ? '#0b6bcb' : '#9aa5b1'}"/>`,
        `<text x="${(LABELS + length + 6).toFixed(1)}" y="${middle}">${rate.toFixed(0)} MB/s</text>`,
      );
      y += BAR + GAP;
    }
  }
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${y + 10}" font-family="sans-serif" font-size="13">`,
    `<rect width="100%" height="100%" fill="white"/>`,
    ...shapes,
    '</svg>\n',
  ].join('\n');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
