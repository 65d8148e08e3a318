// Every detector, in running order.
import type { Detector } from '../core/detector.ts';

export const DETECTORS: readonly Detector[] = [];
