// Icons as paths, drawn in the colour of the text around them.
const PATHS = {
  overview: 'M3 12h4l2-6 4 12 3-8 1.5 2H21',
  incidents: 'M12 3 2.5 20h19L12 3zm0 6v5m0 3v.5',
  attackers: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm-7 9a7 7 0 0 1 14 0M3 3l18 18',
  endpoints: 'M4 6h7M4 12h16M4 18h11M15 6h5M19 18h1',
  data: 'M4 6c0-3 16-3 16 0v12c0 3-16 3-16 0V6zm0 0c0 3 16 3 16 0M4 12c0 3 16 3 16 0',
  policies: 'M6 3h9l4 4v14H6V3zm9 0v4h4M9 12h7M9 16h7',
  posture: 'M12 3l8 3v6c0 5-3.5 8-8 9-4.5-1-8-4-8-9V6l8-3zm-3.5 9 2.5 2.5 4.5-5',
  blocks: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM5.8 5.8l12.4 12.4',
  integrations: 'M9 3v6m6-6v6M6 9h12v3a6 6 0 0 1-12 0V9zm6 9v3',
  nodes: 'M4 4h16v6H4V4zm0 10h16v6H4v-6zm3-7h.5M7 17h.5',
  audit: 'M12 21a9 9 0 1 0-9-9M3 5v7h7m2-5v5l4 2',
  settings: 'M4 7h10m4 0h2M4 17h2m4 0h10M14 7a2 2 0 1 0 4 0 2 2 0 0 0-4 0zM6 17a2 2 0 1 0 4 0 2 2 0 0 0-4 0z',
  transactions: 'M4 8h14l-3-3m5 11H6l3 3',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14zm5-2 5 5',
  menu: 'M4 6h16M4 12h16M4 18h16',
  close: 'M6 6l12 12M18 6 6 18',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8zm0-13v2m0 14v2M3 12h2m14 0h2M5.6 5.6 7 7m10 10 1.4 1.4M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z',
  screen: 'M3 5h18v11H3V5zm6 15h6m-3-4v4',
  help: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm-2.5-11a2.5 2.5 0 1 1 3.5 2.3c-.7.3-1 .8-1 1.7m0 2.5v.5',
  calm: 'M4 12l5 5L20 6',
  broken: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zm0-14v6m0 3v.5',
  signout: 'M14 4H5v16h9m-4-8h11m0 0-3.5-3.5M21 12l-3.5 3.5',
  download: 'M12 4v11m0 0-4-4m4 4 4-4M4 20h16',
  plus: 'M12 5v14M5 12h14',
} as const;
export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      stroke-width="1.8"
      stroke-linecap="round"
      stroke-linejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}

export function Gate({ isLarge = false }: { readonly isLarge?: boolean }) {
  return (
    <svg viewBox="0 0 32 32" fill="none" aria-hidden="true" class={isLarge ? 'arch' : undefined}>
      {!isLarge && <rect width="32" height="32" rx="7" fill="#0f766e" />}
      <path
        d="M7 26V14a9 9 0 0 1 18 0v12M12 26V15a4 4 0 0 1 8 0v11M7 20h5M20 20h5M16 11v15"
        stroke={isLarge ? 'currentColor' : '#fff'}
        stroke-width={isLarge ? 1 : 2.2}
        stroke-linecap="round"
      />
    </svg>
  );
}
