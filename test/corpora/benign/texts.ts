// What people and programs write into text fields: everything that looks like an attack to a list of words and is none.
import type { Random } from '../random.ts';

export const NAMES = [
  "Sean O'Brien",
  "Siobhán O'Neill",
  "D'Angelo Russell",
  'Anne-Marie Müller',
  "N'Golo Kanté",
  '김민수',
  '田中太郎',
  '王小明',
  'محمد علي',
  'Łukasz Żółć',
  "Shaquille O'Neal-Smith",
  'José "Pepe" García',
  'Dr. M. van der Berg',
  "Conan O'Brien & Sons",
  'Drop, Bobby',
  'Union, Gabrielle',
  'Alter, Noel',
  'Select Comfort GmbH',
  'AT&T',
  'Johnson & Johnson; Ltd.',
  'Toys "R" Us',
  "Ben & Jerry's",
  'H&M <3',
  'Null, Jennifer',
  'Tom -- the cat',
];

const SENTENCES = [
  "I can't select the second option and it won't update the table.",
  "It's 5 o'clock or so; we'll union the two teams and drop the rest.",
  'Where do I order by phone? The group by the door had a long wait for delivery.',
  "The rock 'n' roll of the '90s -- as they say -- is \"not dead\".",
  'Please insert your card into the slot, then delete from your list what you no longer need.',
  'If a < b and c > d then x <3 y; otherwise a && b || c.',
  'Das Paket ist nicht angekommen, können Sie das prüfen? Größe: 42 (EU) / 8.5 (US).',
  "Le colis n'est pas arrivé; l'adresse est « 12, rue de l'Église ».",
  '안녕하세요, 주문한 상품이 아직 도착하지 않았어요. 확인 부탁드립니다 :)',
  '注文した商品がまだ届いていません。ご確認ください（注文番号：1234）。',
  '订单还没到，请帮我查一下（编号：1234）。谢谢！',
  'لم تصل الطلبية بعد، هل يمكنكم التحقق من ذلك؟',
  '👍🏽 great product!!! 10/10 would buy again 🎉🎉 <3',
  'Meeting notes: 1) budget = 10% of $5,000; 2) hire or fire? 3) "exec summary" due Friday.',
  'Call me at +1 (555) 010-2030 or e-mail ann+work@example.com; price: €1.299,00 / $1,299.00.',
  'Our cat likes to sleep(y head!) on the table; the id badge is in the drawer | left side.',
  'Script for the play: act one, scene 2 -- enter Ann (alert), exit Bob (confirm with director).',
  "Error: ENOENT: no such file or directory, open '/home/ci/builds/app/app/config.json'",
  'C:\\Users\\ann\\Documents\\report (final).docx was not found on \\\\fileserver\\public',
  'Try `npm install` and then `npm run build`; if it fails, run `rm -rf node_modules` first.',
  'See https://example.com/docs/a/../b?x=1&y=2#top and ../README.md for details.',
  'The regex is ^(?:[a-z0-9]+(?:-[a-z0-9]+)*)$ and also (\\d{3})-(\\d{4})|(\\w+)',
  'E = mc^2, 2+2=4, 10 - 3 > 5, 1/3 + 1/6 = 1/2, f(x) = sin(x)/x; 100% sure & 50% done',
  'Hello {{name}}, your order {{order.id}} of {{ order.total | currency }} was shipped on ${date}.',
  'Recipe: 1 cup sugar; 2 eggs & a pinch of salt | bake at 180°C -- 30 min or until golden',
  '5\'6" tall, 36"x48" frame, size 10 1/2 or 11; colour: black/white',
  "He said: \"it's 'fine'\" and left; she'd have stayed (or not).",
  "Payment failed: amount must be > 0 and < 10000; got '-5'",
  'TODO: #42 - fix the "and/or" filter; see PR #7 -- thanks @bob!',
  "Q&A: can I use 1=1 as a placeholder? No; and 'x' is not a number.",
  'Where can I find the "select all" box? It was above the table; now it is gone.',
  'From: ann@example.com, To: bob@example.com - re: your mail of 3 May',
  'Rates: EUR/USD=1.09; GBP/USD=1.27; JPY/USD=0.0067 || updated daily',
  'In chapter 3, the union of sets A and B is written A ∪ B; A = {1, 2}, B = {2, 3}.',
  'Wi-Fi password is on the sticker (not "admin"), network: Office-5G',
];

const TUTORIALS = [
  "# Joining tables\n\nUse `SELECT u.name, o.total FROM users u JOIN orders o ON o.user_id = u.id WHERE o.total > 100 ORDER BY o.total DESC;` to list them.\n\n```sql\nSELECT name FROM users\nUNION ALL\nSELECT name FROM archived_users;\n```\n\nNever build queries by hand: an input such as `' OR '1'='1` changes what the statement means.",
  '## Logs\n\nTo follow the log, run:\n\n```sh\ntail -f /var/log/nginx/access.log | grep " 500 " | awk \'{print $1}\' | sort | uniq -c\n```\n\nand to find large files: `find / -size +100M -exec ls -lh {} \\;`',
  '# Embedding\n\nAdd this to your page:\n\n```html\n<script src="https://cdn.example.com/widget.js" async></script>\n<img src="logo.png" onerror="this.style.display=\'none\'">\n```\n\nThen call `Widget.init({ id: 7 })`.',
  '# Deploy\n\n1. `git clone https://example.com/app.git && cd app`\n2. `cp .env.example .env`\n3. `docker compose up -d; docker compose logs -f`\n\nIf it does not start, look at `cat /etc/hosts` and `curl -v http://localhost:8080/healthz`.',
  'In Jinja, `{{ user.name }}` prints a value and `{% if user.admin %}…{% endif %}` decides. In Go templates it is `{{ .Name }}`; in ERB `<%= @user.name %>`.',
  '```python\nimport os, subprocess\n\ndef run(cmd):\n    return subprocess.run(cmd, shell=False, check=True)\n\nprint(os.environ.get("HOME"))\n```\nWhy does this raise `FileNotFoundError`?',
  '```php\n<?php\n$stmt = $pdo->prepare("SELECT * FROM users WHERE id = ?");\n$stmt->execute([$_GET["id"]]);\necho htmlspecialchars($stmt->fetch()["name"]);\n```',
  '```java\npublic class Main {\n  public static void main(String[] args) {\n    System.out.println("Hello, " + args[0] + "!");\n    Runtime.getRuntime().availableProcessors();\n  }\n}\n```',
];

export const CODE = [
  'const total = items.filter((i) => i.price > 10 && i.stock).map((i) => i.price * i.count).reduce((a, b) => a + b, 0);\nif (total >= 100 || user.isVip) {\n  applyDiscount({ rate: 0.1 });\n}\n',
  'def fib(n):\n    return n if n < 2 else fib(n - 1) + fib(n - 2)\n\nfor i in range(10):\n    print(f"{i}: {fib(i)}")\n',
  'package main\n\nimport "fmt"\n\nfunc main() {\n\tif x := 5; x > 3 && x < 10 {\n\t\tfmt.Printf("%d\\n", x)\n\t}\n}\n',
  "SELECT d.name, COUNT(*) AS n\nFROM employees e\nJOIN departments d ON d.id = e.department_id\nWHERE e.hired >= '2020-01-01' OR e.role = 'lead'\nGROUP BY d.name\nHAVING COUNT(*) > 5\nORDER BY n DESC;\n",
  '#!/bin/bash\nset -euo pipefail\nfor f in *.log; do\n  gzip "$f" && mv "$f.gz" /var/backups/ || echo "failed: $f" >&2\ndone\n',
  'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: app\ndata:\n  DATABASE_URL: postgres://db.internal:5432/app?sslmode=disable\n  command: ["sh", "-c", "node server.js"]\n',
  'fn main() {\n    let v: Vec<i32> = (1..=5).filter(|x| x % 2 == 1).collect();\n    println!("{:?}", v);\n}\n',
  '<template>\n  <div v-if="items.length > 0" :class="{ active: isActive }">\n    <Item v-for="i in items" :key="i.id" @click="select(i)" />\n  </div>\n</template>\n',
  'on:\n  push:\n    branches: [main]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci && npm test\n        env:\n          TOKEN: ${{ secrets.TOKEN }}\n',
  'server {\n  listen 80;\n  location / {\n    proxy_pass http://127.0.0.1:3000;\n    proxy_set_header Host $host;\n  }\n}\n',
  'class User < ApplicationRecord\n  validates :email, presence: true, format: { with: /\\A[^@\\s]+@[^@\\s]+\\z/ }\n  scope :active, -> { where(active: true).order(:name) }\nend\n',
];

export const HTML = [
  '<p>Hello <strong>team</strong>,</p><ul><li>First &amp; second</li><li><a href="https://example.com/?a=1&amp;b=2" target="_blank" rel="noopener">link</a></li></ul><p><img src="https://cdn.example.com/a.png" alt="It\'s a &quot;chart&quot;" width="300"></p>',
  '<h2 style="text-align: center; color: #333">Offer</h2><table><tr><td>1</td><td>&lt;none&gt;</td></tr></table><blockquote>“Quote” — O\'Brien</blockquote><hr/><br>',
  '<p>Code: <code>if (a &lt; b) { run(); }</code></p><pre><code class="language-js">const x = 1;</code></pre>',
  '<div class="card" id="a1" data-id="42"><span>5 &gt; 3</span><em>really</em></div>',
  '<figure><img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==" alt=""><figcaption>Figure 1</figcaption></figure>',
];

export function sentence(r: Random): string {
  return r.pick(SENTENCES);
}

export function paragraph(r: Random): string {
  return r.some(SENTENCES, r.integer(2, 5)).join(r.pick([' ', '\n', '\n\n']));
}

export function tutorial(r: Random): string {
  return r.some(TUTORIALS, r.integer(1, 3)).join('\n\n');
}
