// For detectors that have nothing to set: any key is a mistake and is refused.
import { z } from 'zod';

export const noSettings = z.strictObject({});
