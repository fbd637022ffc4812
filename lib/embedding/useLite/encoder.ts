import { InferenceSession, Tensor } from 'onnxruntime-node';
import { TOKEN_WIDTH, buildNetwork } from './network';
import { MAX_TOKENS, Tokenizer } from './tokenizer';
import { DIMENSIONS } from './transformerLayer';
import { readVocabulary, readWeights } from './weights';
import type { EncodedTexts, WorkerSettings } from './workerMessages';

/** Texts to vectors on one thread. */
export interface Encoder {
  /** All vectors in one array, 512 values each, in the order of the texts. */
  encode(texts: string[]): Promise<EncodedTexts>;
  close(): Promise<void>;
}

/** Reads the weights, builds the network in memory and starts an inference session on it: about 0.3 s. */
export async function startEncoder({ precision, maxTokens }: WorkerSettings): Promise<Encoder> {
  const [weights, vocabulary] = await Promise.all([readWeights(), readVocabulary()]);
  const tokenizer = new Tokenizer(vocabulary);
  const timing = timingSignal(weights('AddTimingSignal/TimingSignal/ExpandDims_1').data);
  // One thread each: threads inside an operation spin, and become very slow as soon as another process needs a core.
  const session = await InferenceSession.create(buildNetwork(weights, precision), {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
  });

  return {
    async encode(texts) {
      const tokens = texts.map((text) => tokensOf(tokenizer, text, maxTokens));
      const length = Math.max(...tokens.map((ids) => ids.length));
      const ids = new BigInt64Array(texts.length * length);
      const mask = new Float32Array(texts.length * length);
      for (const [row, rowTokens] of tokens.entries()) {
        for (const [column, token] of rowTokens.entries()) {
          ids[row * length + column] = BigInt(token);
          mask[row * length + column] = 1;
        }
      }
      const { embedding } = await session.run({
        ids: new Tensor('int64', ids, [texts.length, length]),
        mask: new Tensor('float32', mask, [texts.length, length]),
        timing: new Tensor('float32', timing.slice(0, length * TOKEN_WIDTH), [length, TOKEN_WIDTH]),
      });
      if (embedding?.size !== texts.length * DIMENSIONS) {
        throw new Error(
          `USE-lite returned ${embedding?.size ?? 0} values for ${texts.length} texts of ${DIMENSIONS} each`,
        );
      }
      const count = tokens.reduce((sum, ids) => sum + ids.length, 0);
      return { vectors: embedding.data as Float32Array, tokens: count };
    },
    close: () => session.release(),
  };
}

/** The mean over no tokens is not a number, so an empty text counts as one unknown token. */
function tokensOf(tokenizer: Tokenizer, text: string, maxTokens: number): number[] {
  const tokens = tokenizer.encode(text, maxTokens);
  return tokens.length === 0 ? [0] : tokens;
}

/** Position signal of the transformer: sines, then cosines, of the position times the model's inverse wavelengths. */
function timingSignal(inverseWaveLengths: Float32Array): Float32Array {
  const half = inverseWaveLengths.length;
  const signal = new Float32Array(MAX_TOKENS * 2 * half);
  for (let position = 0; position < MAX_TOKENS; position++) {
    for (const [index, inverse] of inverseWaveLengths.entries()) {
      signal[position * 2 * half + index] = Math.sin(position * inverse);
      signal[position * 2 * half + half + index] = Math.cos(position * inverse);
    }
  }
  return signal;
}
