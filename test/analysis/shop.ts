// What people ordinarily do in the shop: the background that every simulation learns from.
import { HOUR, MINUTE, type Person, SECOND, type World } from './world.ts';

export const CUSTOMERS = 60;
const ORDERS_PER_CUSTOMER = 5;

export function customer(n: number): Person {
  return {
    subject: `customer${n}@example.com`,
    address: `198.51.${100 + (n % 100)}.${1 + (n % 250)}`,
    role: 'customer',
    country: 'DE',
    network: 3320 + (n % 7),
  };
}

export function agent(n: number): Person {
  return {
    subject: `agent${n}@shop.example.com`,
    address: `192.0.2.${10 + n}`,
    role: 'support',
    country: 'DE',
    network: 64500,
    userAgent: 'Mozilla/5.0 (Windows NT 10.0) Backoffice',
  };
}

export function ordersOf(n: number): number[] {
  return Array.from({ length: ORDERS_PER_CUSTOMER }, (_, i) => 10_000 + n * ORDERS_PER_CUSTOMER + i);
}

export function login(world: World, person: Person, account: string, isRight: boolean): void {
  world.send({ address: person.address, ...(person.country && { country: person.country }) }, 'POST', '/api/login', {
    account,
    status: isRight ? 200 : 401,
    setsCookie: isRight,
    body: { email: account, password: 'x'.repeat(10) },
    ...(isRight && { answer: { access_token: 'x'.repeat(40) } }),
  });
}

/** Looks at its orders as the application does: the list first, then some of them. */
export function readOrders(world: World, n: number, count = 2, person = customer(n)): void {
  const orders = ordersOf(n);
  world.send(person, 'GET', '/api/orders', {
    answer: { items: orders.map((id) => ({ id: String(id), owner: person.subject ?? '' })) },
    sensitive: 2,
  });
  for (let i = 0; i < count; i++) {
    world.pass(world.between(1, 8) * SECOND);
    readOrder(world, person, orders[world.between(0, orders.length - 1)]!, `customer${n}@example.com`);
  }
}

export function readOrder(world: World, person: Person, order: number, owner: string): void {
  world.send(person, 'GET', `/api/orders/${order}`, {
    answer: { id: String(order), owner, total: 17.5 },
    sensitive: 3,
  });
}

function browse(world: World, person: Person, products: number): void {
  world.send(person, 'GET', '/api/products', {
    query: { page: world.between(1, 5) },
    answer: { items: Array.from({ length: 10 }, (_, i) => ({ id: String(100 + i) })) },
  });
  for (let i = 0; i < products; i++) {
    world.pass(world.between(1, 10) * SECOND);
    world.send(person, 'GET', `/api/products/${world.between(100, 400)}`, { answer: { id: '1', price: 12.5 } });
  }
}

function buy(world: World, person: Person): void {
  const body = { productId: String(world.between(100, 400)), quantity: world.between(1, 4), shipping: 'standard' };
  world.send(person, 'POST', '/api/cart', { body });
  world.pass(world.between(3, 15) * SECOND);
  world.send(person, 'POST', '/api/checkout', { body: { payment: 'card', quantity: body.quantity }, sensitive: 1 });
}

/** One visit of a customer, a few minutes long. */
export function visit(world: World, n: number): void {
  const person = customer(n);
  if (world.random() < 0.15) login(world, person, person.subject!, false);
  world.pass(2 * SECOND);
  login(world, person, person.subject!, true);
  world.pass(2 * SECOND);
  browse(world, person, world.between(1, 6));
  if (world.random() < 0.7) readOrders(world, n, world.between(1, 3));
  if (world.random() < 0.3) readOrders(world, n, 1);
  if (world.random() < 0.5) buy(world, person);
  if (world.random() < 0.1) world.send(person, 'GET', `/api/products/${world.between(900, 950)}`, { status: 404 });
}

/** A support agent looks up what customers call about, and closes it. */
export function support(world: World, n: number, customers: number): void {
  const person = agent(n);
  for (let i = 0; i < customers; i++) {
    const caller = world.between(1, CUSTOMERS);
    const order = ordersOf(caller)[world.between(0, 4)]!;
    readOrder(world, person, order, `customer${caller}@example.com`);
    world.pass(world.between(10, 40) * SECOND);
    world.send(person, 'GET', '/api/admin/notes', { sensitive: 1 });
    world.pass(world.between(5, 20) * SECOND);
  }
}

/** Days of ordinary life, without nights. */
export function live(world: World, hours: number): void {
  const end = world.now + hours * HOUR;
  while (world.now < end) {
    visit(world, world.between(1, CUSTOMERS));
    if (world.random() < 0.12) support(world, world.between(1, 3), world.between(3, 14));
    world.pass(world.between(10, 90) * SECOND);
    const hour = Math.floor(world.now / HOUR) % 24;
    if (hour < 7) world.pass((7 - hour) * HOUR + world.between(0, 10) * MINUTE);
  }
}
