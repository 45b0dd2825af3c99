/** The network of a bundle, in onnxruntime-web's plain WebAssembly: one thread, no network access of its own. */
import * as ort from 'onnxruntime-web/wasm';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import { readMatrix } from './npy';
import type { BundleSpec } from './spec';

ort.env.wasm.wasmPaths = { wasm };
ort.env.wasm.numThreads = 1; // threads would need cross-origin isolation, and a cheap phone has little to share
ort.env.wasm.proxy = false; // this runs in a worker already

export interface NetworkOutput {
  readonly woven: number;
  readonly defect: number;
  readonly kind: Float32Array;
  readonly material: Float32Array;
  /** [channels, side, side] */
  readonly defects: Float32Array;
  /** [side, side] */
  readonly piece: Float32Array;
  readonly embedding: Float32Array;
  readonly side: number;
}

export interface Network {
  readonly spec: BundleSpec;
  readonly centroids: readonly Float32Array[];
  run(input: Float32Array): Promise<NetworkOutput>;
}

/** Load a bundle's graph and centroids. */
export async function openNetwork(spec: BundleSpec, model: ArrayBuffer, centroids: ArrayBuffer): Promise<Network> {
  const session = await ort.InferenceSession.create(new Uint8Array(model), { executionProviders: ['wasm'], graphOptimizationLevel: 'all' });
  const { size } = spec.preprocess;
  const names = spec.outputs;
  return {
    spec,
    centroids: readMatrix(centroids),
    async run(input) {
      const answer = await session.run({ [names.input]: new ort.Tensor('float32', input, [1, 3, size, size]) });
      const values = (name: keyof typeof names): Float32Array => answer[names[name]]!.data as Float32Array;
      return {
        woven: values('woven')[0]!,
        defect: values('defect')[0]!,
        kind: values('kind'),
        material: values('material'),
        defects: values('defects'),
        piece: values('piece'),
        embedding: values('embedding'),
        side: answer[names.piece]!.dims.at(-1)!,
      };
    },
  };
}
