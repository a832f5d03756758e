import { describe, expect, test } from '@jest/globals';
import { loadSettings } from '../../server/settings/loadSettings.ts';
import type { LoadInput, LoadResult } from '../../server/settings/loadSettings.ts';
import { flagOf, variableOf } from '../../server/settings/settingSpelling.ts';
import { rowOf, settingNames } from '../../server/settings/settingsTable.ts';
import { helpText, printedConfig } from '../../server/settings/settingsText.ts';

const secret = 's'.repeat(32);
const apiKey = 'k'.repeat(24);
const production = {
  TRIBUTARY_TOKEN_SECRET: secret,
  TRIBUTARY_API_KEYS: `shop:${apiKey}`,
  TRIBUTARY_ANNOUNCED_ADDRESS: '203.0.113.7',
};
const machine = { cores: 6, hostname: 'studio_1', randomText: (bytes: number) => 'r'.repeat(bytes) };

function load(input: Partial<LoadInput> & { files?: Record<string, string> }): LoadResult {
  return loadSettings({
    argv: input.argv ?? [],
    env: input.env ?? {},
    machine,
    readFile: (path) => {
      const content = input.files?.[path];
      if (content === undefined) throw new Error('no such file');
      return content;
    },
  });
}

function settingsOf(result: LoadResult) {
  if (!result.ok) throw new Error(result.problems.join('\n'));
  return result.settings;
}

function problemsOf(result: LoadResult): string[] {
  return result.ok ? [] : result.problems;
}

describe('where a setting is taken from', () => {
  const files = { '/etc/t.json': '{"port": 4001, "adminPort": 4002, "seats": 5, "rateChat": "9 per 3s"}' };

  test('a flag wins over the environment, that over the file, that over the default', () => {
    const settings = settingsOf(
      load({
        argv: ['--config', '/etc/t.json', '--port=4100'],
        env: { ...production, TRIBUTARY_PORT: '4200', TRIBUTARY_ADMIN_PORT: '4201' },
        files,
      }),
    );
    expect(settings).toMatchObject({ port: 4100, adminPort: 4201, seats: 5, hostGraceMs: 120_000 });
    expect(settings.rateChat).toEqual({ burst: 9, perSecond: 3 });
  });

  test('the file may be named by the environment too, and a flag names it better', () => {
    const env = { ...production, TRIBUTARY_CONFIG: '/missing.json' };
    expect(problemsOf(load({ env }))).toEqual(['cannot read the settings file /missing.json: no such file']);
    expect(settingsOf(load({ env, argv: ['--config=/etc/t.json'], files })).seats).toBe(5);
  });

  test('PORT and ADMIN_PORT work, behind TRIBUTARY_PORT; an empty variable is as if absent', () => {
    expect(settingsOf(load({ env: { ...production, PORT: '80', ADMIN_PORT: '81' } }))).toMatchObject({
      port: 80,
      adminPort: 81,
    });
    expect(settingsOf(load({ env: { ...production, PORT: '80', TRIBUTARY_PORT: '82' } })).port).toBe(82);
    expect(settingsOf(load({ env: { ...production, PORT: '', TRIBUTARY_REGION: '' } }))).toMatchObject({
      port: 3000,
      region: 'local',
    });
  });

  test('what is on or off takes --name, --no-name and --name=false', () => {
    expect(settingsOf(load({ argv: ['--dev'] })).dev).toBe(true);
    expect(settingsOf(load({ argv: ['--no-demo'], env: production })).demo).toBe(false);
    expect(settingsOf(load({ argv: ['--demo=false'], env: production })).demo).toBe(false);
    expect(settingsOf(load({ argv: ['--no-dev'], env: { ...production, TRIBUTARY_DEV: '1' } })).dev).toBe(
      false,
    );
  });

  test('secrets come from files named by the environment or a flag', () => {
    const { TRIBUTARY_ANNOUNCED_ADDRESS } = production;
    const settings = settingsOf(
      load({
        argv: ['--api-keys-file', '/run/keys'],
        env: { TRIBUTARY_ANNOUNCED_ADDRESS, TRIBUTARY_TOKEN_SECRET_FILE: '/run/secret' },
        files: { '/run/secret': `${secret}\n`, '/run/keys': `shop:${apiKey}\nbot:${apiKey}:more\n` },
      }),
    );
    expect(settings.tokenSecret).toBe(secret);
    expect(settings.apiKeys).toEqual([
      { name: 'shop', key: apiKey },
      { name: 'bot', key: `${apiKey}:more` },
    ]);
  });
});

describe('what is refused', () => {
  test.each([
    [['--prot=1'], {}, 'unknown flag --prot; did you mean port?'],
    [['--no-port'], {}, 'unknown flag --no-port'],
    [['--port'], {}, 'flag --port needs a value'],
    [['--port=abc'], {}, 'port (flag --port): expected a whole number from 0 to 65535, got "abc"'],
    [['live'], {}, 'unexpected argument "live"'],
    [
      [],
      { TRIBUTARY_HOST_GRACE: '1' },
      'unknown variable TRIBUTARY_HOST_GRACE; did you mean TRIBUTARY_HOST_GRACE_MS?',
    ],
    [
      [],
      { TRIBUTARY_TOKEN_SECRET_FILE: '/x' },
      'set TRIBUTARY_TOKEN_SECRET or TRIBUTARY_TOKEN_SECRET_FILE, not both',
    ],
    [['--admin-port=3000'], {}, 'port and adminPort are both 3000; they must differ'],
    [['--tls-cert-file=/c'], {}, 'tlsCertFile and tlsKeyFile go together: set both, or neither'],
    [['--rtc-port=65533'], {}, 'rtcPort 65533 leaves no ports for 6 workers; at most 65530'],
    [
      ['--rate-chat=often'],
      {},
      'rateChat (flag --rate-chat): expected a rate such as "5 per 10s", got "often"',
    ],
    [
      ['--allowed-origins=live.example.com'],
      {},
      'allowedOrigins (flag --allowed-origins): expected a list of origins',
    ],
    [
      ['--trusted-proxies=10.0.0.0/99'],
      {},
      'trustedProxies (flag --trusted-proxies): expected a list of addresses',
    ],
  ])('%j %j', (argv, env, problem) => {
    const result = load({ argv, env: { ...production, ...env }, files: {} });
    expect(problemsOf(result).some((line) => line.startsWith(problem))).toBe(true);
  });

  test('an unknown key of the file, with the nearest name', () => {
    const files = { '/t.json': '{"seat": 4, "port": "3000"}' };
    expect(problemsOf(load({ argv: ['--config=/t.json'], env: production, files }))).toEqual([
      'unknown key "seat" in /t.json; did you mean seats?',
      'port (file /t.json): expected a whole number from 0 to 65535, got "3000"',
    ]);
  });

  test('a file that is no JSON, without quoting it', () => {
    const files = { '/t.json': '{"tokenSecret": hunter2' };
    const problems = problemsOf(load({ argv: ['--config=/t.json'], env: production, files }));
    expect(problems).toEqual(['cannot read the settings file /t.json: it is not valid JSON']);
  });

  test('production without secrets and announced address, all at once, saying what to do', () => {
    const problems = problemsOf(load({}));
    expect(problems).toHaveLength(3);
    expect(problems[0]).toMatch(
      /^tokenSecret is missing: .*openssl rand -base64 48.*TRIBUTARY_TOKEN_SECRET_FILE/,
    );
    expect(problems[1]).toMatch(/^apiKeys is missing: .*name:key.*TRIBUTARY_API_KEYS/);
    expect(problems[2]).toMatch(
      /^announcedAddress is missing: .*TRIBUTARY_ANNOUNCED_ADDRESS or --announced-address/,
    );
  });

  test('a secret that is too short, without repeating it', () => {
    const env = { ...production, TRIBUTARY_TOKEN_SECRET: 'hunter2', TRIBUTARY_API_KEYS: 'shop:hunter3' };
    const problems = problemsOf(load({ env }));
    expect(problems).toHaveLength(2);
    expect(problems.join()).not.toMatch(/hunter/);
  });
});

describe('dev mode', () => {
  test('makes its own secrets, keeps to this machine and lets every origin in', () => {
    expect(settingsOf(load({ argv: ['--dev'] }))).toMatchObject({
      tokenSecret: 'r'.repeat(48),
      apiKeys: [{ name: 'dev', key: 'r'.repeat(32) }],
      host: '127.0.0.1',
      announcedAddress: '127.0.0.1',
      allowedOrigins: ['*'],
      drainMs: 0,
    });
  });

  test('never makes the same secret twice', () => {
    const read = () =>
      settingsOf(loadSettings({ argv: [], env: { TRIBUTARY_DEV: '1' }, readFile: () => '' }));
    expect(read().tokenSecret).not.toBe(read().tokenSecret);
  });
});

describe('what is shown', () => {
  test('print-config is JSON with sources and hides every secret', () => {
    const result = load({ argv: ['--print-config', '--seats', '4'], env: production });
    if (!result.ok) throw new Error(result.problems.join());
    expect(result.action).toBe('print-config');
    const text = printedConfig(result.given);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(apiKey);
    const shown = JSON.parse(text) as Record<string, { value: unknown; source: string }>;
    expect(Object.keys(shown)).toEqual(settingNames);
    expect(shown.seats).toEqual({ value: 4, source: 'flag --seats' });
    expect(shown.tokenSecret).toEqual({ value: '(hidden)', source: 'environment TRIBUTARY_TOKEN_SECRET' });
    expect(shown.port).toEqual({ value: 3000, source: 'default' });
  });

  test('help names every flag and variable and works beside other mistakes', () => {
    expect(load({ argv: ['-h', '--nonsense'] }).action).toBe('help');
    const help = helpText();
    for (const name of settingNames) {
      expect(help).toMatch(new RegExp(`--(\\[no-\\])?${flagOf(name)}\\b`));
      expect(help).toContain(variableOf(name));
    }
  });

  test('every default has the form its setting asks for', () => {
    for (const name of settingNames) {
      const row = rowOf(name);
      for (const choice of [row.default, row.devDefault]) {
        if (choice === undefined) continue;
        const value = typeof choice === 'function' ? choice(machine) : choice;
        expect([name, row.kind.schema.safeParse(value).success]).toEqual([name, true]);
      }
    }
  });
});

describe('the network', () => {
  const shared = { ...production, TRIBUTARY_REDIS: 'redis://:hunter2@redis.example.com' };

  test('needs a secret and TLS between nodes where they share a Redis, and says how to make them', () => {
    const problems = problemsOf(load({ env: shared }));
    expect(problems).toHaveLength(2);
    expect(problems[0]).toMatch(
      /^clusterSecrets is missing: .*openssl rand -base64 48.*_CLUSTER_SECRETS_FILE/,
    );
    expect(problems[1]).toMatch(/^linkTlsCertFile and linkTlsKeyFile are missing: .*TLS.*README/);
    const complete = {
      ...shared,
      TRIBUTARY_CLUSTER_SECRETS: `${secret},${'t'.repeat(32)}`,
      TRIBUTARY_LINK_TLS_CERT_FILE: '/cert',
      TRIBUTARY_LINK_TLS_KEY_FILE: '/key',
    };
    const settings = settingsOf(load({ env: complete, files: { '/cert': '', '/key': '' } }));
    expect(settings).toMatchObject({ clusterSecrets: [secret, 't'.repeat(32)], linkPort: 4100 });
  });

  test('is refused where an address, a name or a secret has not its form, without repeating a password', () => {
    const env = { ...shared, TRIBUTARY_REDIS: 'http://:hunter2@redis', TRIBUTARY_CLUSTER_SECRETS: 'short' };
    const problems = problemsOf(load({ env, argv: ['--node-id=Node_1', '--region=US'] }));
    for (const name of ['nodeId', 'region', 'redis', 'clusterSecrets'])
      expect(problems.some((problem) => problem.startsWith(`${name} (`))).toBe(true);
    expect(problems.join()).not.toMatch(/hunter2|short/);
    expect(problemsOf(load({ env: production, argv: ['--dev-regions=us'] }))[0]).toMatch(
      /^devRegions is for dev/,
    );
  });

  test('in dev mode is three nodes of one worker in two regions, or one where a region is named', () => {
    expect(settingsOf(load({ argv: ['--dev'] }))).toMatchObject({
      devRegions: ['us', 'us', 'eu'],
      region: 'us',
      nodeId: 'us-1',
      workers: 1,
    });
    expect(settingsOf(load({ argv: ['--dev', '--workers=2'] })).workers).toBe(2);
    for (const flag of ['--dev-regions=eu', '--region=eu'])
      expect(settingsOf(load({ argv: ['--dev', flag] }))).toMatchObject({
        devRegions: ['eu'],
        region: 'eu',
        nodeId: 'studio-1-rrrr',
        workers: 6,
      });
  });
});
