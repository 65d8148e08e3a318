// Every detector, in running order.
import type { Detector } from '../core/detector.ts';
import { bolaOwnerFieldInline, bolaOwnershipInline, bolaProvenanceInline } from './bola-inline.ts';
import { directoryListing } from './directory-listing.ts';
import { errorDisclosure } from './error-disclosure.ts';
import { excessiveDataInOneResponse } from './excessive-data-in-one-response.ts';
import { excessiveDataRetrieval } from './excessive-data-retrieval.ts';
import { fileInclusion } from './file-inclusion.ts';
import { graphqlAbuse, graphqlAbuseInQuery } from './graphql-abuse.ts';
import { injectionCode } from './injection-code.ts';
import { injectionCommand } from './injection-command.ts';
import { injectionCrlf } from './injection-crlf.ts';
import { injectionLdap } from './injection-ldap.ts';
import { injectionMail } from './injection-mail.ts';
import { injectionNosql } from './injection-nosql.ts';
import { injectionSql } from './injection-sql.ts';
import { injectionSsi } from './injection-ssi.ts';
import { injectionTemplate } from './injection-template.ts';
import { injectionXpath } from './injection-xpath.ts';
import { jwtTampering } from './jwt-tampering.ts';
import { massAssignment } from './mass-assignment.ts';
import { oversizedResponse } from './oversized-response.ts';
import { misplacedParameter, misplacedParameterInBody, parameterPollution } from './parameter-pollution.ts';
import { pathTraversal } from './path-traversal.ts';
import { prototypePollution } from './prototype-pollution.ts';
import { scannerSignature } from './scanner-signature.ts';
import { schemaViolation, schemaViolationInBody, schemaViolationInResponse } from './schema-violation.ts';
import { sensitiveDataExposure } from './sensitive-data-exposure.ts';
import { sourceCodeDisclosure } from './source-code-disclosure.ts';
import { ssrf } from './ssrf.ts';
import { webShellResponse } from './web-shell-response.ts';
import { xss } from './xss.ts';
import { xxe } from './xxe.ts';

export const DETECTORS: readonly Detector[] = [
  scannerSignature,
  jwtTampering,
  parameterPollution,
  misplacedParameter,
  misplacedParameterInBody,
  schemaViolation,
  schemaViolationInBody,
  massAssignment,
  graphqlAbuse,
  graphqlAbuseInQuery,
  prototypePollution,
  injectionNosql,
  injectionSql,
  xss,
  injectionCommand,
  injectionCode,
  injectionTemplate,
  pathTraversal,
  fileInclusion,
  ssrf,
  xxe,
  injectionLdap,
  injectionCrlf,
  injectionXpath,
  injectionSsi,
  injectionMail,
  errorDisclosure,
  webShellResponse,
  directoryListing,
  sourceCodeDisclosure,
  schemaViolationInResponse,
  oversizedResponse,
  excessiveDataInOneResponse,
  excessiveDataRetrieval,
  sensitiveDataExposure,
  bolaOwnerFieldInline,
  bolaOwnershipInline,
  bolaProvenanceInline,
];
