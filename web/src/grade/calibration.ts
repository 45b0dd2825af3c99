/** From the network's logits to probabilities that mean what they say, as `qc/model/calibration.py`. */
import type { BundleSpec, Platt } from './spec';

const EDGE = 1e-6; // probabilities are kept this far from 0 and 1 where their logit is taken

export function sigmoid(logit: number): number {
  return 0.5 * Math.tanh(0.5 * logit) + 0.5;
}

export function probability(logit: number, platt: Platt): number {
  return sigmoid(platt.a * logit + platt.b);
}

/** Index and probability of the largest logit, by softmax at a temperature. */
export function mostProbable(logits: Float32Array, temperature: number): readonly [number, number] {
  let best = 0;
  for (let i = 1; i < logits.length; i++) if (logits[i]! > logits[best]!) best = i;
  let sum = 0;
  for (const logit of logits) sum += Math.exp((logit - logits[best]!) / temperature);
  return [best, 1 / sum];
}

/** Probability of at least one defect from the photo's own logit and its most probable detection's probability. */
export function defectProbability(head: number, peak: number, calibration: BundleSpec['calibration']['defect']): number {
  const kept = Math.min(Math.max(peak, EDGE), 1 - EDGE);
  return sigmoid(calibration.head * head + calibration.peak * Math.log(kept / (1 - kept)) + calibration.bias);
}
