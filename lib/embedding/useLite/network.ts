import type { Precision } from './linear';
import { OnnxGraph } from './onnxGraph';
import { DIMENSIONS, addTransformerLayer } from './transformerLayer';
import type { Weights } from './weights';

/** Width of the token embeddings and the first layer; the second works in the full width. */
export const TOKEN_WIDTH = 256;

/**
 * The Universal Sentence Encoder lite as an ONNX model: two transformer layers over token embeddings, mean over tokens,
 * a tanh layer, unit length. Inputs: `ids` [batch, length] int64, `mask` [batch, length] float (1 token, 0 padding),
 * `timing` [length, 256] float. Output: `embedding` [batch, 512].
 */
export function buildNetwork(weights: Weights, precision: Precision): Uint8Array {
  const graph = new OnnxGraph();
  const ids = graph.input('ids', OnnxGraph.int64, ['batch', 'length']);
  const mask = graph.input('mask', OnnxGraph.float, ['batch', 'length']);
  const timing = graph.input('timing', OnnxGraph.float, ['length', TOKEN_WIDTH]);

  const presence = graph.operation('Unsqueeze', [mask, graph.list(2)]);
  const absence = graph.operation('Sub', [graph.scalar(1), mask]);
  const penalty = graph.operation('Mul', [absence, graph.scalar(-1e9)]);
  const paddingBias = graph.operation('Unsqueeze', [penalty, graph.list(1, 2)]);
  const tokenCount = graph.operation('ReduceSum', [mask, graph.list(1)], { keepdims: 1 });
  const meanOverTokens = (state: string): string => {
    const sum = graph.operation('ReduceSum', [graph.operation('Mul', [state, presence]), graph.list(1)], {
      keepdims: 0,
    });
    return graph.operation('Div', [sum, tokenCount]);
  };

  const embeddings = weights('module/Embeddings_en');
  const tokens = graph.operation('Gather', [graph.floats(embeddings.shape, embeddings.data), ids]);
  const timed = graph.operation('Add', [graph.operation('Mul', [tokens, graph.scalar(2)]), timing]);
  const first = addTransformerLayer(graph, weights, precision, {
    index: 0,
    width: TOKEN_WIDTH,
    state: graph.operation('Mul', [timed, presence]),
    paddingBias,
  });
  const second = addTransformerLayer(graph, weights, precision, {
    index: 1,
    width: DIMENSIONS,
    state: graph.operation('Add', [first.narrow(first.hidden, precision), first.residual]),
    paddingBias,
  });
  // From here on there is one row per text: floats cost almost nothing, and rounding would change the vector directly.
  const mean = graph.operation('Add', [
    second.narrow(meanOverTokens(second.hidden), 'fp32'),
    meanOverTokens(second.residual),
  ]);

  const head = weights('tanh_layer_0/weights');
  const headBias = weights('tanh_layer_0/bias');
  const projected = graph.operation('Add', [
    graph.operation('MatMul', [mean, graph.floats([DIMENSIONS, DIMENSIONS], head.data)]),
    graph.floats([DIMENSIONS], headBias.data),
  ]);
  const bounded = graph.operation('Tanh', [projected]);
  const squares = graph.operation('ReduceSum', [graph.operation('Mul', [bounded, bounded]), graph.list(1)], {
    keepdims: 1,
  });
  const unit = graph.operation('Div', [bounded, graph.operation('Sqrt', [squares])]);
  return graph.serialize(unit, 'embedding', ['batch', DIMENSIONS]);
}
