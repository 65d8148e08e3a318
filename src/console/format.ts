// Numbers, times and sizes as the reader's language writes them.
import { language } from './preferences.ts';

export function number(value: number, digits = 0): string {
  return value.toLocaleString(language.value, { maximumFractionDigits: digits });
}

export function compact(value: number): string {
  if (value < 10_000) return number(value);
  return value.toLocaleString(language.value, { notation: 'compact', maximumFractionDigits: 1 });
}

export function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let unit = 0;
  let size = value;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit += 1;
  }
  return `${number(size, size < 10 && unit > 0 ? 1 : 0)} ${units[unit]}`;
}

export function dateTime(at: number): string {
  return new Date(at).toLocaleString(language.value, { dateStyle: 'medium', timeStyle: 'medium' });
}

export function clock(at: number): string {
  return new Date(at).toLocaleTimeString(language.value, {
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hour12: false,
  });
}

const STEPS = [
  ['second', 60],
  ['minute', 60],
  ['hour', 24],
  ['day', 365],
] as const;

export function ago(at: number, now = Date.now()): string {
  let value = Math.round((at - now) / 1_000);
  for (const [unit, size] of STEPS) {
    if (Math.abs(value) < size || unit === 'day')
      return new Intl.RelativeTimeFormat(language.value, { numeric: 'auto', style: 'narrow' }).format(value, unit);
    value = Math.round(value / size);
  }
  return '';
}

export function duration(seconds: number): string {
  for (const [unit, size] of [
    ['day', 86_400],
    ['hour', 3_600],
    ['minute', 60],
  ] as const)
    if (seconds >= size && seconds % size === 0)
      return (seconds / size).toLocaleString(language.value, { style: 'unit', unit, unitDisplay: 'long' });
  return seconds.toLocaleString(language.value, { style: 'unit', unit: 'second', unitDisplay: 'long' });
}

/** A network by what its addresses begin with, as `203.0` or `2001:db8`: written as a range. */
export function networkName(start: string): string {
  if (start === '') return '';
  return start.includes(':') ? `${start}::/32` : /^\d+\.\d+$/.test(start) ? `${start}.0.0/16` : start;
}

export function percent(share: number): string {
  return share.toLocaleString(language.value, {
    style: 'percent',
    maximumFractionDigits: share > 0 && share < 0.1 ? 1 : 0,
  });
}
