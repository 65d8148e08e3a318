// Made-up people, orders and products: the same for the same seed, with identifiers that pass their checksums.

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: 'customer' | 'support' | 'admin';
  readonly ssn: string;
  readonly card: string;
  readonly iban: string;
  /** Of those who live in Korea. */
  readonly residentNumber: string | undefined;
  readonly passwordHash: string;
}

export interface Order {
  readonly id: number;
  readonly userId: number;
  readonly productId: number;
  readonly quantity: number;
  readonly total: number;
  readonly status: string;
  readonly address: string;
}

export interface Product {
  readonly id: number;
  readonly name: string;
  readonly price: number;
}

const NAMES = [
  'Ann Lee',
  'Bob Ross',
  '김민준',
  'Carla Díaz',
  "Sean O'Brien",
  '이서연',
  'Dmitri Petrov',
  'Eve Adams',
  '박지훈',
  'Fatima Khan',
];
const THINGS = ['kettle', 'lamp', 'desk', 'chair', 'mug', 'notebook', 'backpack', 'umbrella', 'radio', 'clock'];
const ADJECTIVES = ['red', 'small', 'oak', 'steel', 'quiet', 'folding'];
const STREETS = ['Harbour Street', 'Evergreen Terrace', '세종대로', 'Rue de la Paix', 'Baker Street'];

export interface ShopData {
  readonly users: readonly User[];
  readonly orders: readonly Order[];
  readonly products: readonly Product[];
}

export function shopData(seed: number): ShopData {
  const random = seeded(seed);
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;
  const users = Array.from({ length: 200 }, (_, i): User => {
    const name = i === 0 ? 'Ann Lee' : i === 1 ? 'Bob Ross' : pick(NAMES);
    return {
      id: i + 1,
      name,
      email:
        i === 0
          ? 'ann@example.com'
          : i === 1
            ? 'bob@example.com'
            : i === 2
              ? 'admin@example.com'
              : `user${i + 1}@example.com`,
      role: i === 2 ? 'admin' : i % 50 === 49 ? 'support' : 'customer',
      ssn: `${100 + Math.floor(random() * 560)}-${10 + Math.floor(random() * 89)}-${1000 + Math.floor(random() * 8999)}`,
      card: cardNumber(random),
      iban: ibanOf(i + 1),
      residentNumber: /[가-힣]/.test(name) ? residentNumberOf(i + 1) : undefined,
      passwordHash: `$2b$12$${Array.from({ length: 53 }, () => pick([...'abcdefghijkLMNOPQRSTuvwxyz0123456789./'])).join('')}`,
    };
  });
  const products = Array.from(
    { length: 60 },
    (_, i): Product => ({
      id: i + 1,
      name: `${pick(ADJECTIVES)} ${pick(THINGS)}`,
      price: Math.round(random() * 20_000) / 100,
    }),
  );
  const orders = Array.from({ length: 600 }, (_, i): Order => {
    const product = pick(products);
    const quantity = 1 + Math.floor(random() * 4);
    return {
      id: 1_000 + i,
      userId: 1 + Math.floor(random() * users.length),
      productId: product.id,
      quantity,
      total: Math.round(product.price * quantity * 100) / 100,
      status: pick(['new', 'paid', 'shipped', 'delivered']),
      address: `${1 + Math.floor(random() * 200)} ${pick(STREETS)}`,
    };
  });
  return { users, orders, products };
}

/** Mulberry32 by Tommy Ettinger, public domain: small, fast, and enough for samples. */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** ISO 13616: the check digits make the number 1 modulo 97. */
function ibanOf(id: number): string {
  const account = `37040044${String(532_013_000 + id).padStart(10, '0')}`;
  const remainder = Number(BigInt(`${account}131400`) % 97n);
  return `DE${String(98 - remainder).padStart(2, '0')}${account}`;
}

/** A resident registration number: birthday, sex and century, place, order, and a check digit with the weights 2 to 9, 2 to 5. */
function residentNumberOf(id: number): string {
  const digits = `${70 + (id % 30)}${String(1 + (id % 12)).padStart(2, '0')}${String(1 + (id % 28)).padStart(2, '0')}${1 + (id % 2)}${String(10_000 + id * 37).slice(-5)}`;
  const sum = [...digits].reduce((total, digit, i) => total + Number(digit) * (2 + (i % 8)), 0);
  return `${digits.slice(0, 6)}-${digits.slice(6)}${(11 - (sum % 11)) % 10}`;
}

function cardNumber(random: () => number): string {
  const digits = [4, ...Array.from({ length: 14 }, () => Math.floor(random() * 10))];
  const sum = digits.reduce((total, digit, i) => {
    const doubled = i % 2 === 0 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return [...digits, (10 - (sum % 10)) % 10].join('');
}
