import { onnx } from 'onnx-proto';

const { DataType } = onnx.TensorProto;
const { AttributeType } = onnx.AttributeProto;
type AttributeValue = number | number[];

/** Builds an ONNX model in memory, operation by operation. Each method returns the name of the value it makes. */
export class OnnxGraph {
  private readonly nodes: onnx.INodeProto[] = [];
  private readonly constants: onnx.ITensorProto[] = [];
  private readonly inputs: onnx.IValueInfoProto[] = [];
  private nextNumber = 0;

  static readonly float = DataType.FLOAT;
  static readonly int64 = DataType.INT64;

  input(name: string, type: number, shape: (string | number)[]): string {
    this.inputs.push(describeValue(name, type, shape));
    return name;
  }

  floats(shape: number[], data: Float32Array): string {
    return this.constant(DataType.FLOAT, shape, data);
  }

  integers8(shape: number[], data: Int8Array): string {
    return this.constant(DataType.INT8, shape, data);
  }

  scalar(value: number): string {
    return this.floats([], Float32Array.of(value));
  }

  /** A constant list of 64-bit integers: shapes, axes, split sizes. */
  list(...values: number[]): string {
    return this.constant(DataType.INT64, [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  operation(type: string, inputs: string[], attributes: Record<string, AttributeValue> = {}): string {
    return this.operations(type, inputs, 1, attributes)[0] ?? '';
  }

  /** An operation with several outputs. */
  operations(
    type: string,
    inputs: string[],
    outputCount: number,
    attributes: Record<string, AttributeValue> = {},
  ): string[] {
    const output = Array.from({ length: outputCount }, () => this.freshName());
    this.nodes.push({
      opType: type,
      input: inputs,
      output,
      name: this.freshName(),
      attribute: Object.entries(attributes).map(([name, value]) => describeAttribute(name, value)),
    });
    return output;
  }

  /** The serialized model with `value` published under `outputName`. */
  serialize(value: string, outputName: string, outputShape: (string | number)[]): Uint8Array {
    this.nodes.push({ opType: 'Identity', input: [value], output: [outputName], name: this.freshName() });
    const graph = onnx.GraphProto.create({
      name: 'use_lite',
      node: this.nodes,
      initializer: this.constants,
      input: this.inputs,
      output: [describeValue(outputName, DataType.FLOAT, outputShape)],
    });
    // Operator set 17 is the first with LayerNormalization; its models carry format version 8.
    const model = onnx.ModelProto.create({ irVersion: 8, opsetImport: [{ domain: '', version: 17 }], graph });
    return onnx.ModelProto.encode(model).finish();
  }

  private constant(dataType: number, dims: number[], data: Float32Array | Int8Array | BigInt64Array): string {
    const name = this.freshName();
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.constants.push({ name, dims, dataType, rawData });
    return name;
  }

  private freshName(): string {
    return `value_${this.nextNumber++}`;
  }
}

function describeAttribute(name: string, value: AttributeValue): onnx.IAttributeProto {
  if (Array.isArray(value)) return { name, ints: value, type: AttributeType.INTS };
  if (Number.isInteger(value)) return { name, i: value, type: AttributeType.INT };
  return { name, f: value, type: AttributeType.FLOAT };
}

function describeValue(name: string, elemType: number, shape: (string | number)[]): onnx.IValueInfoProto {
  const dim = shape.map((size) => (typeof size === 'string' ? { dimParam: size } : { dimValue: size }));
  return { name, type: { tensorType: { elemType, shape: { dim } } } };
}
