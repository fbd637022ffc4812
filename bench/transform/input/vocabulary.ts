import type { Random } from './random';

const SYLLABLES =
  'an ber co da el fi gu ha in jo ka lo mi nu or pe qui ra so ti un ve wa xi yo za tion ment ing er ly pre con dis ter al'.split(
    ' ',
  );
/** Other scripts, accents and four-byte characters, about one word in 160. */
const FOREIGN = [
  'naïve',
  'café',
  'Zürich',
  '東京',
  'данные',
  'привет',
  'emoji😀',
  '“quoted”',
  'Ελλάδα',
  '한국어',
  'żółć',
];

/** Invented words, names and sentences with statistics similar to prose: few words make up most of the text. */
export class Vocabulary {
  private readonly words: string[] = [];
  readonly authors: string[] = [];

  constructor(private readonly random: Random) {
    for (let index = 0; index < 6000; index++) {
      const syllables = 1 + random.below(3) + (index > 500 ? 1 : 0);
      this.words.push(Array.from({ length: syllables }, () => random.pick(SYLLABLES)).join(''));
    }
    for (let index = 0; index < 5000; index++) {
      const suffix = index % 37 === 0 ? ', Jr.' : '';
      this.authors.push(`${capital(random.pick(this.words))} ${capital(random.pick(this.words))}${suffix}`);
    }
  }

  word(): string {
    return this.random.oneIn(160) ? this.random.pick(FOREIGN) : this.random.pick(this.words, 3);
  }

  phrase(words: number): string {
    return Array.from({ length: words }, () => this.word()).join(' ');
  }

  author(): string {
    return this.random.pick(this.authors, 2);
  }

  sentence(): string {
    const { random } = this;
    let text = capital(this.word());
    for (let words = 5 + random.below(15); words > 0; words--) text += (random.oneIn(12) ? ', ' : ' ') + this.word();
    const kind = random.below(30);
    if (kind === 0) return `"${text}", said ${this.author()}.`;
    return text + (kind === 1 ? '?' : kind === 2 ? '!' : '.');
  }

  /** Sentences with paragraphs and line ends between them. */
  prose(characters: number): string {
    let text = '';
    while (text.length < characters) {
      text += this.sentence() + (this.random.oneIn(6) ? '\n\n' : this.random.oneIn(20) ? '\n' : ' ');
    }
    return text.trimEnd();
  }
}

function capital(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
