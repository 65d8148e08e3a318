// Templates that operators wrote, in the model as they are decided: stated once, and taken back when they no longer hold.
import type { Learner } from '../analysis/learning/learner.ts';
import type { StatedTemplate } from '../analysis/learning/model.ts';

export class OperatorTemplates {
  readonly #learner: Learner;
  #stated: ReadonlySet<string> = new Set();

  constructor(learner: Learner) {
    this.#learner = learner;
  }

  /** `subjects`: all that hold now, such as `GET api.example/users/{id}`. */
  follow(subjects: readonly string[]): void {
    const now = new Set(subjects);
    for (const subject of this.#stated) if (!now.has(subject)) this.#learner.retract(templateOf(subject));
    for (const subject of now) if (!this.#stated.has(subject)) this.#learner.state(templateOf(subject));
    this.#stated = now;
  }
}

function templateOf(subject: string): StatedTemplate {
  const [method = '', place = ''] = subject.split(' ');
  const slash = place.indexOf('/');
  return { method, host: place.slice(0, slash), template: place.slice(slash), source: 'operator' };
}
