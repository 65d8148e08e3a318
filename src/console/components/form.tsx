// A form that does one thing: what was typed goes to `onSubmit`; why it was refused is said in the form, and the button waits.
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { type ApiError, type Fault, said } from '../api.ts';
import { reasonOf } from '../refusal.ts';

/** The trimmed text of a field, by its name. */
export type Given = (name: string) => string;

const FAULTS_SHOWN_MAX = 10;

export function Form(props: {
  /** What the button says. */
  readonly go: string;
  /** What it says while it waits, where that takes long. */
  readonly waiting?: string;
  readonly look?: 'main' | 'danger' | '';
  /** For what is done again and again, such as comments. */
  readonly isEmptiedAfter?: boolean;
  /** Further buttons, before the one that submits. */
  readonly more?: ComponentChildren;
  /** Throws what the API refused; `exact` keeps spaces at the ends, as passwords need. */
  readonly onSubmit: (given: Given, exact: Given) => Promise<unknown> | undefined;
  readonly children: ComponentChildren;
}) {
  const { look = 'main' } = props;
  const [problem, setProblem] = useState<{ readonly text: string; readonly faults: readonly Fault[] }>();
  const [isBusy, setBusy] = useState(false);
  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const form = event.currentTarget as HTMLFormElement;
    const fields = new FormData(form);
    const exact: Given = (name) => String(fields.get(name) ?? '');
    setBusy(true);
    setProblem(undefined);
    try {
      await props.onSubmit((name) => exact(name).trim(), exact);
      if (props.isEmptiedAfter === true) form.reset();
    } catch (error) {
      const refused = error as ApiError;
      setProblem({ text: reasonOf(refused), faults: refused.faults ?? [] });
    }
    setBusy(false);
  };
  return (
    <form onSubmit={submit}>
      {props.children}
      {problem !== undefined && <Problem text={problem.text} faults={problem.faults} />}
      <div class="actions">
        {props.more}
        <button type="submit" class={`button ${look}`} disabled={isBusy}>
          {isBusy ? (props.waiting ?? props.go) : props.go}
        </button>
      </div>
    </form>
  );
}

/** Why something was refused, with the places of what is wrong. */
export function Problem({ text, faults = [] }: { readonly text: string; readonly faults?: readonly Fault[] }) {
  return (
    <div class="problem" role="alert">
      {text}
      {faults.slice(0, FAULTS_SHOWN_MAX).map((fault, i) => (
        <div key={i} class="mono small">
          {said(fault)}
        </div>
      ))}
    </div>
  );
}
