// An endpoint is method + host + path template: what baselines, exceptions and incidents are about.

export interface Endpoint {
  /** `GET shop.example.com/users/{id}` */
  readonly id: string;
  readonly method: string;
  readonly host: string;
  readonly template: string;
  /** Where the template comes from; only `classes` is a guess from the path's own text. */
  readonly source: 'openapi' | 'operator' | 'learned' | 'classes';
}
