// Every detector, in running order.
import type { Detector } from '../core/detector.ts';
import { injectionSql } from './injection-sql.ts';

export const DETECTORS: readonly Detector[] = [injectionSql];
