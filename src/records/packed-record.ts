// Records on the way from worker to analyst: a flat list each, in which the place says what a value is. Names of members would be most
// of their text, and repeated texts most of the rest; both cost the reader more than what it reads them for.
// Invariant: the JSON of what `Unpacking` makes of the JSON of these lists is the JSON of the records, in their order within a frame.
import type { Actor } from '../core/actor.ts';
import type { Observation, ObservedBody, ObservedField } from '../core/observation.ts';
import type { TransactionRecord } from '../core/record.ts';
import {
  NUMBER_OF_ACTOR_KIND,
  NUMBER_OF_TYPE,
  OF_ACTOR,
  OF_BODY,
  OF_FIELD,
  OF_OBSERVATION,
  OF_RECORD,
} from './layout.ts';
import { WrittenTexts } from './texts-of-frame.ts';

/** Null is a number that JSON has no name for. */
export type PackedRecord = readonly unknown[];

export class Packing {
  readonly #texts = new WrittenTexts();

  /** Another frame: what follows is read without what came before. */
  begin(): void {
    this.#texts.begin();
  }

  packed(record: TransactionRecord): PackedRecord {
    const texts = this.#texts;
    const { upstreamMs, findings, uninspected, fault, observation } = record;
    let holds = 0;
    if (upstreamMs !== undefined) holds |= OF_RECORD.upstreamMs;
    if (findings.length > 0) holds |= OF_RECORD.findings;
    if (uninspected.length > 0) holds |= OF_RECORD.uninspected;
    if (fault !== undefined) holds |= OF_RECORD.fault;
    if (observation !== undefined) holds |= OF_RECORD.observation;
    const list: unknown[] = [
      holds,
      record.id,
      record.receivedAt,
      record.durationMs,
      // Of many callers most come once a frame: who it was is always written out.
      record.clientAddress,
      texts.of(record.method),
      texts.of(record.host),
      record.path,
      texts.of(record.endpoint),
      texts.of(record.route),
      texts.of(record.mode),
      record.status,
      record.requestBodyBytes,
      record.responseBodyBytes,
      texts.of(record.action),
      texts.of(record.enforced),
      texts.of(record.rule),
      record.confidence,
      texts.of(record.coverage),
      texts.of(record.policyVersion),
    ];
    this.#actors(list, record.actors);
    if (upstreamMs !== undefined) list.push(upstreamMs);
    if (findings.length > 0) list.push(findings);
    if (uninspected.length > 0) this.#listed(list, uninspected);
    if (fault !== undefined) list.push(texts.of(fault));
    if (observation !== undefined) this.#observation(list, observation);
    return list;
  }

  #actors(list: unknown[], actors: readonly Actor[]): void {
    list.push(actors.length);
    for (const { kind, id, isVerified } of actors) {
      const verified = isVerified ? OF_ACTOR.isVerified : 0;
      list.push((NUMBER_OF_ACTOR_KIND.get(kind)! << OF_ACTOR.kindFromBit) | verified, id);
    }
  }

  #observation(list: unknown[], observation: Observation): void {
    const texts = this.#texts;
    const { country, network, upgrade, graphqlOperation, claims, query, headers, path } = observation;
    const { request, response, account, responseHeaders } = observation;
    let holds = 0;
    if (observation.isCredentialInUrl) holds |= OF_OBSERVATION.isCredentialInUrl;
    if (observation.isEncrypted) holds |= OF_OBSERVATION.isEncrypted;
    if (country !== undefined) holds |= OF_OBSERVATION.country;
    if (network !== undefined) holds |= OF_OBSERVATION.network;
    if (upgrade !== undefined) holds |= OF_OBSERVATION.upgrade;
    if (graphqlOperation !== undefined) holds |= OF_OBSERVATION.graphqlOperation;
    if (claims.length > 0) holds |= OF_OBSERVATION.claims;
    if (query.length > 0) holds |= OF_OBSERVATION.query;
    if (headers !== undefined) holds |= OF_OBSERVATION.headers;
    if (path !== undefined) holds |= OF_OBSERVATION.path;
    if (request !== undefined) holds |= OF_OBSERVATION.request;
    if (response !== undefined) holds |= OF_OBSERVATION.response;
    if (account !== undefined) holds |= OF_OBSERVATION.account;
    if (responseHeaders.length > 0) holds |= OF_OBSERVATION.responseHeaders;
    list.push(holds, texts.of(observation.userAgent));
    this.#listed(list, observation.authentication);
    if (country !== undefined) list.push(texts.of(country));
    if (network !== undefined) list.push(network);
    if (upgrade !== undefined) list.push(texts.of(upgrade));
    if (graphqlOperation !== undefined) list.push(texts.of(graphqlOperation));
    if (claims.length > 0) {
      list.push(claims.length);
      for (const { name, hash, word } of claims) {
        list.push(word === undefined ? 0 : 1, texts.of(name), hash);
        if (word !== undefined) list.push(texts.of(word));
      }
    }
    if (query.length > 0) this.#fields(list, query);
    if (headers !== undefined) this.#fields(list, headers);
    if (path !== undefined) this.#fields(list, path);
    if (request !== undefined) this.#body(list, request);
    if (response !== undefined) this.#body(list, response);
    if (account !== undefined) list.push(account);
    if (responseHeaders.length > 0) this.#pairs(list, responseHeaders, true);
  }

  #body(list: unknown[], body: ObservedBody): void {
    const { dataTypes } = body;
    let holds = 0;
    if (body.isTruncated) holds |= OF_BODY.isTruncated;
    if (dataTypes.length > 0) holds |= OF_BODY.dataTypes;
    list.push(holds, this.#texts.of(body.mediaType), body.records);
    if (dataTypes.length > 0) this.#pairs(list, dataTypes, false);
    this.#fields(list, body.fields);
  }

  #fields(list: unknown[], fields: readonly ObservedField[]): void {
    const texts = this.#texts;
    list.push(fields.length);
    for (const { pointer, type, format, length, number, hash, word } of fields) {
      let holds = NUMBER_OF_TYPE.get(type)! << OF_FIELD.typeFromBit;
      if (format !== undefined) holds |= OF_FIELD.format;
      if (length !== undefined) holds |= OF_FIELD.length;
      if (number !== undefined) holds |= OF_FIELD.number;
      if (hash !== undefined) holds |= OF_FIELD.hash;
      if (word !== undefined) holds |= OF_FIELD.word;
      list.push(holds, texts.of(pointer));
      if (format !== undefined) list.push(texts.of(format));
      if (length !== undefined) list.push(length);
      if (number !== undefined) list.push(number);
      // That of a word comes again, that of an identifier as a rule does not.
      if (hash !== undefined) list.push(word === undefined ? hash : texts.of(hash));
      if (word !== undefined) list.push(texts.of(word));
    }
  }

  #pairs(list: unknown[], pairs: readonly (readonly [string, string | number])[], areTexts: boolean): void {
    list.push(pairs.length);
    for (const [name, value] of pairs)
      list.push(this.#texts.of(name), areTexts ? this.#texts.of(value as string) : value);
  }

  #listed(list: unknown[], listed: readonly string[]): void {
    list.push(listed.length);
    for (const one of listed) list.push(this.#texts.of(one));
  }
}
