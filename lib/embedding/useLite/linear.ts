import { OnnxGraph } from './onnxGraph';
import { quantizeWeights } from './quantizeWeights';
import type { Tensor } from './weights';

/** `int8` multiplies matrices in 8-bit integers, `fp32` in 32-bit floats. */
export type Precision = 'fp32' | 'int8';

/** Adds `input * kernel + bias` to the graph, where the kernel is a row-major matrix of `rows * columns` values. */
export type Linear = (input: string, rows: number, columns: number, kernel: Tensor, bias: Tensor) => string;

export function linearIn(graph: OnnxGraph, precision: Precision): Linear {
  return precision === 'int8' ? quantizedLinear(graph) : floatLinear(graph);
}

function floatLinear(graph: OnnxGraph): Linear {
  return (input, rows, columns, kernel, bias) =>
    graph.operation('Add', [
      graph.operation('MatMul', [input, graph.floats([rows, columns], kernel.data)]),
      graph.floats([columns], bias.data),
    ]);
}

/** Activations are quantised at run time (one scale per batch), weights in advance. */
function quantizedLinear(graph: OnnxGraph): Linear {
  return (input, rows, columns, kernel, bias) => {
    const { integers, scales } = quantizeWeights(kernel.data, rows, columns);
    const [quantized = '', scale = '', zeroPoint = ''] = graph.operations('DynamicQuantizeLinear', [input], 3);
    const product = graph.operation('MatMulInteger', [
      quantized,
      graph.integers8([rows, columns], integers),
      zeroPoint,
    ]);
    const columnScale = graph.operation('Mul', [scale, graph.floats([columns], scales)]);
    const floats = graph.operation('Cast', [product], { to: OnnxGraph.float });
    return graph.operation('Add', [graph.operation('Mul', [floats, columnScale]), graph.floats([columns], bias.data)]);
  };
}
