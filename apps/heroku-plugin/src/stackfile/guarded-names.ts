/**
 * Names that a config var of the app must not carry into a process on the user's own machine: they move files, change what is loaded or run, or
 * say whom docker, compose, buildkit and their credential helpers talk to, and as whom. Some are ordinary on a dyno (`PATH`, `LD_LIBRARY_PATH`, `NODE_ENV`), so an app may have them without meaning harm.
 */
const names: ReadonlySet<string> = new Set(
  `
  PATH HOME USER SHELL LOGNAME PWD OLDPWD SHLVL HOSTNAME TMPDIR TMP TEMP _
  TERM TERMINFO TERMINFO_DIRS TERMCAP COLUMNS LINES LANG LANGUAGE EDITOR VISUAL PAGER BROWSER LESS LESSOPEN LESSCLOSE DISPLAY XAUTHORITY
  BASH_ENV ENV IFS CDPATH SHELLOPTS BASHOPTS GLOBIGNORE PROMPT_COMMAND PS0 PS1 PS2 PS3 PS4 ZDOTDIR FPATH
  CURL_CA_BUNDLE CURL_HOME REQUESTS_CA_BUNDLE SSLKEYLOGFILE OPENSSL_CONF OPENSSL_MODULES OPENSSL_ENGINES
  LOCALDOMAIN RES_OPTIONS HOSTALIASES NLSPATH GCONV_PATH GLIBC_TUNABLES LOCPATH
  SOURCE_DATE_EPOCH TRACEPARENT TRACESTATE
  GODEBUG GOTRACEBACK GOGC GOMEMLIMIT GOMAXPROCS GOCOVERDIR
  VIRTUAL_ENV RUBYOPT RUBYLIB PERLLIB CLASSPATH JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
  HEROKU_API_KEY HEROKU_ORGANIZATION NETRC GNUPGHOME GPG_TTY GPG_AGENT_INFO DBUS_SESSION_BUS_ADDRESS
  COMSPEC PATHEXT SYSTEMROOT SYSTEMDRIVE WINDIR OS USERPROFILE USERNAME HOMEDRIVE HOMEPATH APPDATA LOCALAPPDATA ALLUSERSPROFILE PROGRAMDATA
  PROGRAMFILES PROGRAMW6432 COMMONPROGRAMFILES COMMONPROGRAMW6432 PSMODULEPATH PUBLIC
  `
    .trim()
    .split(/\s+/),
);

const prefixes: readonly string[] = `
  LC_ LD_ DYLD_ MALLOC_ BASH_FUNC_ XDG_ DOCKER_ BUILDKIT_ BUILDX_ BUILDCTL_ COMPOSE_ MOBY_ CONTAINERD_ NOTARY_ OTEL_ OCLIF_
  AWS_ AZURE_ ACR_ ECR_ GOOGLE_ GCLOUD_ CLOUDSDK_ KUBE PASSWORD_STORE_ REGISTRY_AUTH_
  NODE_ NPM_ npm_ PYTHON PIP_ PERL5 GEM_ BUNDLE_ SSL_CERT_ GIT_ SSH_ PROGRAMFILES( COMMONPROGRAMFILES(
  `
  .trim()
  .split(/\s+/);

/** HTTP_PROXY, https_proxy and their like, which curl and Go read in both cases. */
const proxy = /_PROXY$/i;

const upperNames: ReadonlySet<string> = new Set([...names].map((name) => name.toUpperCase()));
const upperPrefixes: readonly string[] = prefixes.map((prefix) => prefix.toUpperCase());

/** On Windows names are case-blind. */
export function isGuarded(name: string, platform: NodeJS.Platform = 'linux'): boolean {
  const blind = platform === 'win32';
  const known = blind ? name.toUpperCase() : name;
  return (
    proxy.test(name) ||
    (blind ? upperNames : names).has(known) ||
    (blind ? upperPrefixes : prefixes).some((prefix) => known.startsWith(prefix))
  );
}
