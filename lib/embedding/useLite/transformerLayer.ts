import { linearIn, type Precision } from './linear';
import type { OnnxGraph } from './onnxGraph';
import type { Tensor, Weights } from './weights';

export const DIMENSIONS = 512;
const HEADS = 4;
const FEED_FORWARD_WIDTH = 1536;

/**
 * The output of a layer: its result is `narrow(hidden) + residual`. The two are kept apart because the last
 * layer's are averaged over the tokens first: `narrow` is linear, so one row per text is enough.
 */
export interface LayerState {
  /** [batch, length, 512] */
  residual: string;
  /** [batch, length, 1536] */
  hidden: string;
  narrow(hidden: string, precision: Precision): string;
}

/**
 * Adds one pre-norm transformer layer (self-attention, then feed-forward) to the graph. `state` is
 * [batch, length, width]; `paddingBias` [batch, 1, 1, length] holds 0 for tokens and a very negative number for padding.
 */
export function addTransformerLayer(
  graph: OnnxGraph,
  weights: Weights,
  precision: Precision,
  { index, width, state, paddingBias }: { index: number; width: number; state: string; paddingBias: string },
): LayerState {
  const block = `Layer_${index}/TransformerLayer`;
  const tensor = (name: string): Tensor => weights(`${block}/${name}`);
  const feedForward = (name: string): Tensor => weights(`TransformerStack/${block}/FFN/${name}/Tensordot/Reshape_1`);
  const feedForwardBias = (name: string): Tensor => weights(`/${block}/FFN/${name}/bias`);
  const linear = linearIn(graph, precision);
  const normalize = (input: string, name: string): string => {
    const [scale, bias] = [tensor(`${name}/layer_norm_scale`), tensor(`${name}/layer_norm_bias`)];
    return graph.operation(
      'LayerNormalization',
      [input, graph.floats(scale.shape, scale.data), graph.floats(bias.shape, bias.data)],
      { axis: -1, epsilon: 1e-6 },
    );
  };

  const attended = linear(
    attend(
      graph,
      linear(
        normalize(state, 'layer_prepostprocess/layer_norm'),
        width,
        3 * width,
        tensor('MultiheadAttention/qkv_transform_single/kernel'),
        tensor('MultiheadAttention/qkv_transform_single/bias'),
      ),
      width,
      paddingBias,
    ),
    width,
    DIMENSIONS,
    tensor('MultiheadAttention/output_transform_single/kernel'),
    tensor('MultiheadAttention/output_transform_single/bias'),
  );
  // The first layer widens 256 to 512, so its residual goes through a matrix of its own.
  const carried =
    width === DIMENSIONS ? state : linear(state, width, DIMENSIONS, tensor('dense/kernel'), tensor('dense/bias'));
  const residual = graph.operation('Add', [attended, carried]);

  const widened = linear(
    normalize(residual, 'FFN/layer_prepostprocess/layer_norm'),
    DIMENSIONS,
    FEED_FORWARD_WIDTH,
    feedForward('conv1'),
    feedForwardBias('conv1'),
  );
  return {
    residual,
    hidden: graph.operation('Relu', [widened]),
    narrow: (hidden, narrowPrecision) =>
      linearIn(graph, narrowPrecision)(
        hidden,
        FEED_FORWARD_WIDTH,
        DIMENSIONS,
        feedForward('conv2'),
        feedForwardBias('conv2'),
      ),
  };
}

/** Scaled dot-product attention over [batch, length, 3 * width] of queries, keys and values side by side. */
function attend(graph: OnnxGraph, joint: string, width: number, paddingBias: string): string {
  const headWidth = width / HEADS;
  const parts = graph.operations('Split', [joint, graph.list(width, width, width)], 3, { axis: 2 });
  const [query = '', key = '', value = ''] = parts.map((part) =>
    graph.operation('Reshape', [part, graph.list(0, 0, HEADS, headWidth)]),
  );
  const heads = (part: string, permutation: number[]): string =>
    graph.operation('Transpose', [part], { perm: permutation });
  const scaled = graph.operation('Mul', [heads(query, [0, 2, 1, 3]), graph.scalar(1 / Math.sqrt(headWidth))]);
  const scores = graph.operation('MatMul', [scaled, heads(key, [0, 2, 3, 1])]);
  const shares = graph.operation('Softmax', [graph.operation('Add', [scores, paddingBias])], { axis: -1 });
  const mixed = graph.operation('MatMul', [shares, heads(value, [0, 2, 1, 3])]);
  return graph.operation('Reshape', [heads(mixed, [0, 2, 1, 3]), graph.list(0, 0, width)]);
}
