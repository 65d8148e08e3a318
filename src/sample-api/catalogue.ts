// Products behind a real SQL engine, asked the way that gets shops into the news: with text put into statements.
import Database from 'libsql';
import type { Product } from './data.ts';

export class Catalogue {
  readonly #database: Database.Database;
  readonly #isHardened: boolean;

  constructor(products: readonly Product[], isHardened: boolean) {
    this.#isHardened = isHardened;
    this.#database = new Database(':memory:');
    this.#database.exec(
      'CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, price REAL); CREATE TABLE accounts (email TEXT, secret TEXT)',
    );
    const insert = this.#database.prepare('INSERT INTO products VALUES (?, ?, ?)');
    for (const product of products) insert.run(product.id, product.name, product.price);
    this.#database.prepare('INSERT INTO accounts VALUES (?, ?)').run('admin@example.com', 'swordfish');
  }

  /** @throws the engine's own error for what is no SQL */
  search(text: string): unknown[] {
    if (this.#isHardened)
      return this.#database.prepare('SELECT id, name, price FROM products WHERE name LIKE ? LIMIT 50').all(`%${text}%`);
    return this.#database.prepare(`SELECT id, name, price FROM products WHERE name LIKE '%${text}%' LIMIT 50`).all();
  }

  byId(id: string): unknown {
    if (this.#isHardened) return this.#database.prepare('SELECT id, name, price FROM products WHERE id = ?').get(id);
    return this.#database.prepare(`SELECT id, name, price FROM products WHERE id = ${id}`).get();
  }
}
