import { agentFiles, agentOrder } from './user-data-agent.js';

/** What a new host needs to know to trade its bootstrap token for a certificate. */
export interface BootstrapParameters {
  /** Base URL of the API that hosts call, without a trailing slash. */
  readonly hostApiUrl: string;
  readonly hostId: string;
  readonly bootstrapToken: string;
  /** The cluster authority's certificate: what the host's Docker Engine trusts. */
  readonly caCertificatePem: string;
  /** Base URL of the control plane's listener for host agents (mutual TLS), without a trailing slash; null: there is none, and no volume driver. */
  readonly agentApiUrl: string | null;
}

/** How often a host asks for the list of revoked certificates. With what follows, a revocation is in force well within 60 s. */
const revocationPollSeconds = 20;

/** How long sessions live on when the list has changed. Nobody's certificate is looked at again in an open session, so all of them end. */
const sessionGraceSeconds = 10;

/**
 * The script that a host runs once at its first boot. It makes the host's key *on* the host, sends a signing request with
 * the single-use bootstrap token, and starts dockerd behind a gate that speaks mutual TLS and knows which certificates are revoked:
 * dockerd itself knows no revocation (decision 10). It holds no lasting secret: everybody on the host can read user-data.
 * Pure and deterministic: EC2 refuses a repeated launch whose user-data differs.
 */
export function hostUserData({ hostApiUrl, hostId, bootstrapToken, caCertificatePem, agentApiUrl }: BootstrapParameters): string {
  return `#!/bin/bash
# Dockhero host bootstrap: key and certificate of the host, then dockerd behind a gate with mutual TLS.
set -euo pipefail
install -d -m 0700 /etc/dockhero /etc/dockhero/tls
cd /etc/dockhero/tls
cat > ca.pem <<'CA'
${caCertificatePem.trim()}
CA
[ -s key.pem ] || (umask 077; openssl ecparam -name prime256v1 -genkey -noout -out key.pem)
openssl req -new -key key.pem -subj '/CN=${hostId}' -out host.csr
for attempt in $(seq 1 60); do
  if curl --silent --show-error --fail --max-time 10 --proto '=http,https' \\
      --header 'Authorization: Bearer ${bootstrapToken}' --header 'Content-Type: application/pkcs10' \\
      --data-binary @host.csr --output cert.pem.new '${hostApiUrl}/hosts/${hostId}/certificate'; then
    mv cert.pem.new cert.pem
    break
  fi
  sleep 2
done
[ -s cert.pem ]
(umask 077; { cat cert.pem; echo; cat key.pem; } > gate.pem)
${revocationScript(`${hostApiUrl}/hosts/${hostId}/revocations`)}
until /usr/local/sbin/dockhero-revocations once; do sleep 2; done
missing=
command -v dockerd >/dev/null || missing='docker.io iptables apparmor'
command -v haproxy >/dev/null || missing="$missing haproxy"
command -v node >/dev/null || missing="$missing nodejs"
command -v mkfs.ext4 >/dev/null || missing="$missing e2fsprogs"
command -v mkfs.xfs >/dev/null || missing="$missing xfsprogs"
if [ -n "$missing" ]; then
  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends $missing
fi
${gateFiles}
${agentFiles(hostApiUrl, hostId, agentApiUrl)}
install -d /etc/systemd/system/docker.service.d
# Docker listens on its Unix socket alone; the way in from outside is the gate.
# Debian has dockerd in /usr/sbin, Docker's own packages in /usr/bin.
# The log driver is bounded: json-file's default grows until the disk is full.
cat > /etc/systemd/system/docker.service.d/dockhero.conf <<UNIT
[Service]
ExecStart=
ExecStart=$(command -v dockerd) -H fd:// --containerd=/run/containerd/containerd.sock --log-driver=local
UNIT
systemctl daemon-reload
# The package starts an HAProxy of its own, with an example's configuration.
systemctl disable --quiet haproxy.service
systemctl enable --quiet docker.service docker.socket dockhero-gate.service dockhero-revocations.service dockhero-agent.service
# --no-block: at first boot this script runs inside the boot transaction and must not wait for a unit that waits for it.
systemctl stop --no-block haproxy.service
systemctl restart --no-block docker.service dockhero-gate.service dockhero-revocations.service
# Nothing waits for the agent: it asks until the API names one.
systemctl restart --no-block dockhero-agent.service
${agentApiUrl === null ? '' : agentOrder}`;
}

/**
 * Keeps the list of revoked certificates in force. A list counts only with the authority's signature; when the API cannot be reached
 * the last one stays. The entity tag is kept only when the gate has taken the list, so a failed reload is tried again.
 */
function revocationScript(url: string): string {
  return `cat > /usr/local/sbin/dockhero-revocations <<'SCRIPT'
#!/bin/bash
# Fetches the list of revoked client certificates, and lets the gate read it when it has changed.
cd /etc/dockhero/tls || exit 1
poll() {
  rm -f crl.new crl.etag.new
  curl --silent --show-error --fail --max-time 10 --proto '=http,https' --etag-compare crl.etag --etag-save crl.etag.new \\
    --output crl.new '${url}' || return 1
  [ -s crl.new ] || return 0 # not modified
  openssl crl -in crl.new -CAfile ca.pem -noout 2>&1 | grep -q 'verify OK' || { echo 'the list of revoked certificates is not signed by our authority'; return 1; }
  mv crl.new crl.pem
  case "$(systemctl is-active dockhero-gate.service)" in
    active) systemctl reload dockhero-gate.service || return 1 ;;
    *ing) return 1 ;; # starting or reloading: it may have read the last list; asked again at the next poll
  esac
  mv crl.etag.new crl.etag
}
if [ "\${1:-}" = once ]; then poll; exit; fi
while true; do poll; sleep ${revocationPollSeconds}; done
SCRIPT
chmod 0755 /usr/local/sbin/dockhero-revocations
cat > /etc/systemd/system/dockhero-revocations.service <<'UNIT'
[Unit]
Description=Dockhero: list of revoked client certificates
After=network-online.target
StartLimitIntervalSec=0
[Service]
ExecStart=/usr/local/sbin/dockhero-revocations
Restart=always
RestartSec=5
[Install]
WantedBy=multi-user.target
UNIT`;
}

/**
 * HAProxy passes bytes, so attach, exec, builds and half-closed streams work as with dockerd. No session is resumed: a resumed one would not
 * be checked against the list. 30 s bound the handshake; once a session stands only `timeout tunnel` counts.
 */
const gateFiles = `cat > /etc/dockhero/gate.cfg <<'GATE'
global
  user haproxy
  group docker
  maxconn 500
  hard-stop-after ${sessionGraceSeconds}s
  tune.ssl.cachesize 0
  ssl-default-bind-options ssl-min-ver TLSv1.2 no-tls-tickets
defaults
  mode tcp
  option clitcpka
  timeout connect 10s
  timeout client 30s
  timeout server 30s
  timeout tunnel 7d
listen docker
  bind :2376 ssl crt /etc/dockhero/tls/gate.pem ca-file /etc/dockhero/tls/ca.pem crl-file /etc/dockhero/tls/crl.pem verify required
  # A host's own certificate is for our control plane: it is not on the list when its owner revokes all that were handed out.
  tcp-request session reject if { ssl_c_s_dn(cn) -m reg ^[0-9a-f-]{36}$ }
  server engine unix@/run/docker.sock
GATE
cat > /etc/systemd/system/dockhero-gate.service <<'UNIT'
[Unit]
Description=Dockhero: mutual TLS with revocation in front of the Docker API
After=network.target docker.socket
StartLimitIntervalSec=0
[Service]
Type=notify
ExecStart=/usr/sbin/haproxy -Ws -f /etc/dockhero/gate.cfg -p /run/dockhero-gate.pid
ExecReload=/usr/sbin/haproxy -c -q -f /etc/dockhero/gate.cfg
ExecReload=/bin/kill -USR2 $MAINPID
KillMode=mixed
Restart=always
RestartSec=1
OOMScoreAdjust=-500
[Install]
WantedBy=multi-user.target
UNIT`;
