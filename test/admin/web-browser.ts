// As much of a browser as signing in elsewhere needs: it follows redirects, keeps cookies by host and path, and fills in forms.
interface Cookie {
  readonly host: string;
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const REDIRECTS_MAX = 20;

export class WebBrowser {
  /** Where it is. */
  place = new URL('about:blank');
  readonly visited: URL[] = [];
  /** A path it does not go on to. */
  stopAt: string | undefined;
  cookies: readonly Cookie[] = [];
  #page = '';

  async open(url: string): Promise<void> {
    await this.#go(url, {});
  }

  /** Sends the page's form, with its hidden fields and what is typed. */
  async submit(typed: Readonly<Record<string, string>>): Promise<void> {
    const action = /<form[^>]* action="([^"]+)"/.exec(this.#page)?.[1];
    if (action === undefined) throw new Error(`no form at ${this.place}: ${this.#page.slice(0, 300)}`);
    const hidden = [...this.#page.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)];
    const body = new URLSearchParams({
      ...Object.fromEntries(hidden.map(([, name, value]) => [name!, value!])),
      ...typed,
    });
    await this.#go(new URL(action, this.place).href, { method: 'POST', body });
  }

  /** A request of the page that is shown; the place stays. */
  async ask(url: string, init: RequestInit = {}): Promise<Response> {
    const to = new URL(url);
    const response = await fetch(to, { ...init, headers: { cookie: this.#cookiesFor(to), ...init.headers } });
    this.#keep(to, response);
    return response;
  }

  async #go(url: string, init: RequestInit): Promise<void> {
    let to = new URL(url);
    let sent = init;
    for (let i = 0; i < REDIRECTS_MAX; i++) {
      this.place = to;
      this.visited.push(to);
      if (to.pathname === this.stopAt) return;
      const response = await this.ask(to.href, { ...sent, redirect: 'manual' });
      const location = response.headers.get('location');
      if (response.status < 300 || response.status > 399 || location === null) {
        this.#page = await response.text();
        return;
      }
      to = new URL(location, to);
      sent = {};
    }
    throw new Error('redirected without end');
  }

  #keep({ hostname, port, pathname }: URL, response: Response): void {
    // Cookies know no ports, but two sites of one address should not meet in a test.
    const host = `${hostname}:${port}`;
    for (const line of response.headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split('; ');
      const name = pair.slice(0, pair.indexOf('='));
      const value = pair.slice(name.length + 1);
      const of = (key: string): string | undefined =>
        attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1);
      const path = of('path') ?? pathname;
      this.cookies = this.cookies.filter((one) => one.host !== host || one.name !== name || one.path !== path);
      const isOver = of('max-age') === '0' || Date.parse(of('expires') ?? '2999-01-01') < Date.now();
      if (!isOver) this.cookies = [...this.cookies, { host, name, value, path }];
    }
  }

  #cookiesFor({ hostname, port, pathname }: URL): string {
    return this.cookies
      .filter(({ host, path }) => host === `${hostname}:${port}` && pathname.startsWith(path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  }
}
