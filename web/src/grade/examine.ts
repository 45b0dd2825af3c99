/** Photo bytes to evidence on the phone, as `qc/model/grader.py`; the network runs in onnxruntime-web. */
import type { View } from '../piece/record';
import { decode } from '../photo/judged';
import { sha256 } from '../photo/sha256';
import { defectProbability, mostProbable, probability } from './calibration';
import { findDefects } from './detections';
import type { PhotoEvidence } from './evidence';
import type { Network } from './network';
import { prepare } from './placement';
import { measureQuality } from './quality';
import { silhouette } from './silhouette';

/** What the model sees in one judged image. */
export async function examine(network: Network, judged: Blob, view: View | null): Promise<PhotoEvidence> {
  const { spec, centroids } = network;
  const photo = await decode(judged);
  const { input, placement } = prepare(photo, spec.preprocess);
  const output = await network.run(input);
  const piece = silhouette(output.piece, output.side, placement, spec.piece);
  const detections = findDefects(output.defects, piece, placement, spec);
  const [kind, kindProbability] = mostProbable(output.kind, spec.calibration.kind_temperature);
  const [material, materialProbability] = mostProbable(output.material, spec.calibration.material_temperature);
  const peak = detections[0]?.probability ?? spec.detection.levels.at(-1)!;
  const cosine = Math.max(...centroids.map((row) => row.reduce((sum, value, i) => sum + value * output.embedding[i]!, 0)));
  return {
    view,
    sha256: await sha256(await judged.arrayBuffer()),
    width: photo.width,
    height: photo.height,
    woven: probability(output.woven, spec.calibration.woven),
    kind: kindProbability >= spec.thresholds.kind ? spec.labels.kinds[kind]! : null,
    kind_probability: kindProbability,
    material: materialProbability >= spec.thresholds.material ? spec.labels.materials[material]! : null,
    material_probability: materialProbability,
    defect_probability: defectProbability(output.defect, peak, spec.calibration.defect),
    detections,
    quality: measureQuality(photo, piece, placement, spec.detection.smallest_cells),
    novelty: Math.max(0, 1 - cosine) / spec.novelty.reference,
  };
}
