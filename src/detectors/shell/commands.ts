// What the words of a shell line are: commands by what an intruder wants of them, and the arguments that give them away.

/** Say who and where one is; nobody writes them between separators but to look around. */
const LOOKING =
  'whoami|uname|ifconfig|ipconfig|netstat|systeminfo|tasklist|printenv|hostname|getent|lsof|ipconfig|pwd|lsb_release|arp|nbtstat|net1|qwinsta|wmic|vssadmin';
/** Everyday words or short names that are commands as well. */
const EVERYDAY =
  'id|ls|ps|ss|w|who|env|set|dir|ver|vol|cat|tac|more|less|head|tail|type|find|cut|sort|date|last|cal|at|mail|host|ip|route|reg|net|su|top|free|df|du|dd|od|nl|tee|rev|yes|true|false|test|time|echo|printf|expr|eval|exec|source|sleep|ping|dig|nc|kill|mount|halt|reboot|shutdown|timeout|start|call|for|if|while|export|copy|move|del|rm|cp|mv|touch|chmod|chown';
/** Fetch, connect, run, encode: they need an argument to be of use. */
const TOOLS =
  'wget|curl|lwp-request|lynx|ncat|netcat|telnet|ssh|scp|ftp|tftp|socat|rsync|nslookup|traceroute|tracert|ping6|nmap|masscan|base64|base32|xxd|hexdump|strings|grep|egrep|fgrep|awk|gawk|sed|xargs|python\\d?(?:\\.\\d+)?|perl|ruby|php\\d?|node|nodejs|lua|bash|sh|zsh|ksh|dash|ash|csh|tcsh|fish|busybox|cmd|powershell|pwsh|certutil|bitsadmin|mshta|rundll32|regsvr32|cscript|wscript|msiexec|sc|taskkill|attrib|icacls|crontab|useradd|adduser|usermod|passwd|chpasswd|sudo|systemctl|service|killall|pkill|gcc|cc|make|tar|zip|unzip|gzip|gunzip|openssl|mysql|mysqldump|psql|sqlite3|redis-cli|mongo|sendmail|nohup|screen|tmux|mkfifo|mknod|ln|mkdir|rmdir|uptime|lscpu|lsblk|ldd|strace|vi|vim|nano|ed|man|git|svn|docker|kubectl|apt|apt-get|yum|dnf|apk|pip\\d?|gem|npm|yarn|npx|cargo|go|java|javac|mvn|composer';

/** Most of the words are plain: they are looked up, and only the rest is matched. */
function whole(words: string): { test(word: string): boolean } {
  const all = words.split('|');
  const plain = new Set(all.filter((word) => /^[\w-]+$/.test(word)));
  const patterns = all.filter((word) => !plain.has(word));
  const pattern = patterns.length === 0 ? undefined : new RegExp(`^(?:${patterns.join('|')})$`);
  return { test: (word) => plain.has(word) || pattern?.test(word) === true };
}

export const IS_LOOKING = whole(LOOKING);
/** Names that do something without an argument and hardly ever are a line of a text. */
export const IS_LONE = whole('id|ls|ps|ss|w|who|env|dir|ver|df|du|nl');
export const IS_EVERYDAY = whole(EVERYDAY);
export const IS_TOOL = whole(TOOLS);
export const IS_COMMAND = whole(`${LOOKING}|${EVERYDAY}|${TOOLS}`);
/** Their names stand in manuals and chats all day. */
export const IS_DEVELOPERS =
  /^(?:git|svn|docker|kubectl|apt|apt-get|yum|dnf|apk|pip\d?|gem|npm|yarn|npx|cargo|go|java|javac|mvn|composer|make|node|nodejs|cd|mkdir|cp|mv|touch|tar|zip|unzip|man|vi|vim|nano|screen|tmux|python\d?|ruby|php\d?|gcc|cc|service|systemctl|sudo|grep|sed|awk|echo|export|source|ls|date|pwd|ssh|rsync|chmod|chown|rm|mysql|psql|env|time|timeout|test|start|find|cat|head|tail|sort|cut|less|more|for|if|while|set)$/;

/** What builds and installs: the commands that Markdown sets in backticks. */
export const IS_BUILDERS =
  /^(?:git|svn|docker|kubectl|apt|apt-get|brew|yum|dnf|apk|pip\d?|gem|npm|yarn|pnpm|npx|cargo|go|java|javac|mvn|composer|make|node|python\d?|ruby|php|cd|mkdir|sudo|ssh|export|curl)$/;

/** Files and devices that a shell line of an intruder reads or writes. */
export const SENSITIVE_FILE =
  /\/etc\/+(?:passwd|shadow|group|hosts|issue|crontab|sudoers|ssh\b|os-release|resolv\.conf)|\/proc\/+(?:self|version|cpuinfo|\d+)\/?|\/dev\/(?:tcp|udp)\/|\/var\/log\/|\/root\/|\.ssh\/|\.bash_history|\.htpasswd|[a-z]:\\+(?:windows|boot|inetpub|users)\b|win\.ini|boot\.ini|system32|\bid_rsa\b|\/flag(?:\.txt)?\b/i;

/** Nothing of a folder, an ending or a capital letter is in it. */
const BARE_NAME = /^[a-z][a-z\d_-]*$/;

/** A command name as the shell would see it, without its folder and `.exe`. */
export function commandName(word: string): { readonly name: string; readonly isInBinFolder: boolean } {
  if (BARE_NAME.test(word)) return { name: word, isInBinFolder: false };
  const isInBinFolder = /^(?:\/(?:usr\/(?:local\/)?)?s?bin\/|[a-z]:\\(?:windows\\)?(?:system32\\)?)/i.test(word);
  const bare = word.replace(/^.*[/\\]/, '').replace(/\.exe$/i, '');
  // Windows does not care for case; elsewhere a capital letter makes it another word.
  const name = /^(?:DIR|TYPE|PING|WHOAMI|IPCONFIG|NET|NETSTAT|SYSTEMINFO|POWERSHELL|CMD|ECHO|SET)$/i.test(bare)
    ? bare.toLowerCase()
    : bare;
  return { name, isInBinFolder };
}
