/** Where the bundles of the host agent lie on a host. */
const folder = '/usr/local/lib/dockhero/agent';

/** Bundles that the machine image brings along, `<sha256>.mjs`: one that the manifest names need not be downloaded. Nothing else trusts them. */
const imageFolder = '/usr/local/share/dockhero/agents';

/** How often a new bundle may be started without living `trialSeconds` before the one before it comes back. */
const startsMax = 3;
const trialSeconds = 30;

/**
 * Brings the host agent onto the host and keeps it there. Which bundle, the control plane says in a manifest that the cluster's authority has
 * signed: user-data must not differ between launches, so it can name no digest. In the folder: `<sha256>.mjs`; `current.mjs` and
 * `previous.mjs`, links; `trial`, while a bundle has not yet lived 30 s: the boot, and a line for each start in it, since a host that boots again is no failure of the
 * agent's; `bad`, digests not to be tried again.
 *
 * With `agentApiUrl` the agent is Docker's volume driver, too. Docker finds its socket from the second boot on before it starts; requests wait in it while the agent
 * starts. At the first boot there is no agent yet that could answer, so the socket is the agent's own, and Docker, which knows no volumes, waits for nothing.
 *
 * The first argument `start` is for systemd, before each start; without one the release is asked for, and the agent restarted if it changed.
 */
export function agentFiles(hostApiUrl: string, hostId: string, agentApiUrl: string | null): string {
  const orphanSocket = agentApiUrl === null ? '' : `systemctl --no-block stop ${volumeSocket}; `;
  return `install -d ${folder}
cat > /usr/local/sbin/dockhero-agent-fetch <<'AGENT'
#!/bin/bash
# Installs the host agent that the control plane names: a manifest signed by our authority, then the bundle with its digest.
cd ${folder} && exec 9>lock && flock -w 100 9 || exit 1
refuse() { echo "host agent: $1" >&2; exit 1; }
get() { # seconds, bytes, file, url
  curl --silent --show-error --fail --proto '=http,https' --connect-timeout 5 --max-time "$1" --max-filesize "$2" --output "$3" "$4" || exit 1
}
is_named() { echo "$sha  new.mjs" | sha256sum --check --status; }
link() { ln -sfn "$1" new.link && mv -fT new.link "$2"; }
fetch() {
  rm -f new.*
  get 10 4096 new.manifest '${hostApiUrl}/hosts/${hostId}/agent'
  [ "$(head -n 1 new.manifest)" = 'dockhero-agent 1' ] || refuse 'this is no manifest'
  head -n 3 new.manifest > new.text
  sed -n '4s/^signature //p' new.manifest | base64 -d > new.signature
  openssl x509 -in /etc/dockhero/tls/ca.pem -noout -pubkey > new.key
  openssl dgst -sha256 -verify new.key -signature new.signature new.text > new.log 2>&1 || refuse 'the manifest is not signed by our authority'
  sha=$(sed -n '3s/^sha256 \\([0-9a-f]\\{64\\}\\)$/\\1/p' new.text)
  [ -n "$sha" ] || refuse 'the manifest names no digest'
  [ -e current.mjs ] && [ "$(readlink current.mjs)" = "$sha.mjs" ] && return
  grep -qsx "$sha" bad && refuse "$sha has failed here before"
  # The image may have it; whatever lies there is believed no more than what the network brings.
  if ! cp "${imageFolder}/$sha.mjs" new.mjs 2>/dev/null || ! is_named; then
    get 60 16777216 new.mjs '${hostApiUrl}/agents/'"$sha"
    is_named || refuse 'the bundle is not that of the manifest'
  fi
  timeout -k 5 20 node new.mjs --self-test < /dev/null
  code=$?
  # Killed, or too slow: that may be the host's fault.
  [ $code -eq 0 ] || [ $code -ge 124 ] || echo "$sha" >> bad
  [ $code -eq 0 ] || refuse "$sha failed its self-test with code $code"
  sync new.mjs && mv new.mjs "$sha.mjs" || exit 1
  # One that is on trial itself is nothing to go back to.
  [ -e trial ] || [ ! -e current.mjs ] || link "$(readlink current.mjs)" previous.mjs
  : > trial
  link "$sha.mjs" current.mjs || exit 1
  for old in *.mjs; do case "$old" in current.mjs | previous.mjs | "$sha.mjs" | "$(readlink previous.mjs)") ;; *) rm "$old" ;; esac; done
  echo "host agent: installed $sha"
  [ "\${1:-}" = start ] || systemctl try-restart --no-block dockhero-agent.service
}
[ "\${1:-}" = start ] || { fetch; exit 0; }
present=$(readlink current.mjs)
[ ! -e current.mjs ] || echo "\${present%.mjs}  current.mjs" | sha256sum --check --status || rm current.mjs # damaged
[ -e current.mjs ] || (fetch start) || { ${orphanSocket}sleep 8; exit 1; }
[ -e trial ] || exit 0
boot=$(cat /proc/sys/kernel/random/boot_id)
[ "$(head -n 1 trial)" = "$boot" ] || echo "$boot" > trial
if [ "$(wc -l < trial)" -le ${startsMax} ]; then echo >> trial; exit; fi
echo "\${present%.mjs}" >> bad
if [ -e previous.mjs ]; then link "$(readlink previous.mjs)" current.mjs; else rm -f current.mjs; fi
rm -f trial
echo "host agent: $present does not live, back to $(readlink current.mjs)" >&2
AGENT
chmod 0755 /usr/local/sbin/dockhero-agent-fetch
cat > /etc/systemd/system/dockhero-agent.service <<'UNIT'
[Unit]
Description=Dockhero: host agent
After=network-online.target
${agentApiUrl === null ? '' : `Wants=${volumeSocket}\nAfter=${volumeSocket}\n`}StartLimitIntervalSec=0
[Service]
# Whatever becomes of it, an agent that is there starts.
ExecStartPre=-/usr/local/sbin/dockhero-agent-fetch start
Environment=MALLOC_ARENA_MAX=1
${agentApiUrl === null ? '' : `Environment=DOCKHERO_CONTROL_URL=${agentApiUrl} DOCKHERO_HOST_ID=${hostId}\n`}ExecStart=node --jitless --max-old-space-size=24 --max-semi-space-size=1 --v8-pool-size=1 ${folder}/current.mjs
# Ends with the agent; when it gets to its end, so has the trial.
ExecStartPost=-/bin/sh -c '(sleep ${trialSeconds} && [ -s ${folder}/trial ] && rm ${folder}/trial) &'
${agentApiUrl === null ? '' : thawAfterwards}TimeoutStartSec=150
Restart=always
RestartSec=2
OOMScoreAdjust=-900
OOMPolicy=continue
${agentApiUrl === null ? 'MemoryMax=192M' : roomForChecks}
[Install]
WantedBy=multi-user.target
UNIT${agentApiUrl === null ? '' : socketUnit}`;
}

const volumeSocket = 'dockhero-volumes.socket';

/** The agent's own bound is a third of it; the rest is for the check of a large file system. */
const roomForChecks = 'MemoryMax=512M';

/** Nobody must stay frozen because the agent died within a backup: not for the two seconds until the next one starts, either. */
const thawAfterwards = `ExecStopPost=-/bin/sh -c 'for mount in /mnt/dockhero/*; do fsfreeze -u "$$mount" 2>/dev/null; done'
`;

/** Requests wait here until the agent answers, so Docker may start before it does. Without a bundle there is no socket: Docker would wait for ever. */
const socketUnit = `
cat > /etc/systemd/system/${volumeSocket} <<'UNIT'
[Unit]
Description=Dockhero: where Docker finds its volume driver
Before=docker.service
ConditionPathExists=${folder}/current.mjs
[Socket]
ListenStream=/run/docker/plugins/dockhero.sock
SocketMode=0660
Service=dockhero-agent.service
TriggerLimitIntervalSec=0
[Install]
WantedBy=sockets.target
UNIT
systemctl enable --quiet ${volumeSocket}`;

/**
 * From the next boot on dockerd starts after the agent, and, what this is for, stops before it: it unmounts while it stops. Not at the
 * first boot, when the agent must be downloaded; systemd reads this when it reads its units again.
 */
export const agentOrder = `install -d /etc/systemd/system/dockhero-agent.service.d
printf '[Unit]\\nBefore=docker.service\\n' > /etc/systemd/system/dockhero-agent.service.d/order.conf
`;
