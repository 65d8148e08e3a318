// Credentials where others can read them: in the URL, or as a password over a connection in clear text.
import type { CredentialsCheck } from '../../../core/posture.ts';
import { type Judge, plain } from './judge.ts';

export function credentials(check: CredentialsCheck): Judge {
  return check.of === 'in-url' ? inUrl(check) : basicInClear();
}

function basicInClear(): Judge {
  return ({ observation, isSuccess, isPublicClient }) => {
    if (!isSuccess || !observation.authentication.includes('basic')) return undefined;
    // Behind something that ends TLS inside the own network, clear text is no news.
    if (observation.isEncrypted) return 'quiet';
    return isPublicClient ? { figures: {} } : undefined;
  };
}

function inUrl(check: CredentialsCheck): Judge {
  const names = new Set(check.parameters.map(plain));
  return ({ observation, isSuccess }, place) => {
    // Links that came by mail or from another site hold their one-time token in the URL by design.
    if (!isSuccess || place.tags.has('password-reset') || place.tags.has('login')) return undefined;
    for (const { pointer, length } of observation.query) {
      if ((length ?? 0) < check.charactersMin || !names.has(plain(pointer))) continue;
      return { figures: { parameter: pointer.slice(1, 65) } };
    }
    return observation.authentication.length > 0 ? 'quiet' : undefined;
  };
}
