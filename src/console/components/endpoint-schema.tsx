// What the messages of an endpoint look like, field by field, as far as it was learned.
import { useState } from 'preact/hooks';
import type { LearnedEndpoint, LearnedSchema } from '../../core/learned-endpoint.ts';
import { compact, number } from '../format.ts';
import { t } from '../words.ts';
import { range } from './endpoint-figures.tsx';
import { Panel, Segments } from './parts.tsx';
import { Empty } from './states.tsx';

export function Schemas({ of }: { readonly of: LearnedEndpoint }) {
  const schemas: (readonly [string, LearnedSchema])[] = [
    ...(of.query === undefined ? [] : [[t('endpoint.query'), of.query] as const]),
    ...(of.request === undefined ? [] : [[t('evidence.request'), of.request] as const]),
    ...of.responses.map(([status, schema]) => [`${t('evidence.response')} ${status}`, schema] as const),
  ];
  const [at, setAt] = useState(0);
  const shown = schemas[Math.min(at, schemas.length - 1)];
  return (
    <Panel
      title={t('endpoint.schema')}
      more={
        schemas.length > 1 && (
          <Segments
            label={t('endpoint.schema')}
            options={schemas.map(([name], i) => [String(i), name] as const)}
            value={String(at)}
            onChange={(value) => setAt(Number(value))}
          />
        )
      }
    >
      {shown === undefined || shown[1].fields.length === 0 ? (
        <Empty icon="endpoints" title={t('endpoint.schema.none')} />
      ) : (
        <div class="scroll-x">
          <table class="plain-table fields">
            <thead>
              <tr>
                <th>{t('endpoint.field')}</th>
                <th>{t('endpoint.type')}</th>
                <th>{t('endpoint.values')}</th>
                <th>{t('endpoint.state')}</th>
              </tr>
            </thead>
            <tbody>
              {shown[1].fields.map((field) => (
                <tr key={field.pointer}>
                  <td class="mono break">
                    {field.pointer === '' ? '/' : field.pointer}
                    {field.isRequired && <span class="muted"> *</span>}
                  </td>
                  <td>
                    {field.types.join(' | ')}
                    {field.format !== undefined && <span class="muted"> {field.format}</span>}
                  </td>
                  <td class="numeric">
                    {field.words !== undefined && field.words.length > 0
                      ? field.words.join(', ')
                      : field.number !== undefined
                        ? range(field.number, (value) => number(value, 2))
                        : field.length !== undefined
                          ? `${t('endpoint.length')} ${range(field.length, compact)}`
                          : ''}
                  </td>
                  <td>
                    {field.isNormal ? (
                      <span class="badge good">{t('endpoint.known')}</span>
                    ) : (
                      <span class="badge">{t('endpoints.learning')}</span>
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      <p class="muted small">{t('endpoint.schema.more')}</p>
    </Panel>
  );
}
