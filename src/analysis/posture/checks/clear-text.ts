// A host that serves the internet without encryption. A redirect to the encrypted one is what should be there.
import type { ClearTextCheck } from '../../../core/posture.ts';
import type { Judge } from './judge.ts';

export function clearText(check: ClearTextCheck): Judge {
  return ({ record, observation, isSuccess, isPublicClient, isAnonymous }) => {
    if (!isPublicClient && !check.isPrivateIncluded) return undefined;
    const isRedirect = record.status >= 300 && record.status < 400;
    if (observation.isEncrypted) return undefined;
    if (isRedirect || record.status === 403 || record.status === 426) return 'quiet';
    if (!isSuccess) return undefined;
    return {
      figures: { carried: isAnonymous ? 'no credentials' : 'credentials' },
      ...(isAnonymous ? {} : { severity: 'high' }),
    };
  };
}
